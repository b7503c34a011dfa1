package dev.melange.web;

import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperQuery;
import dev.melange.store.Sort;
import dev.melange.web.PersonalViews.TopicsView;
import dev.melange.web.Views.LinkView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Topics: the tasks that the models of papers are made for, and arXiv's categories. */
final class TopicRoutes implements Routes {
  private final Site site;

  /** The keys of the papers with models for a task, by task. */
  private final Map<String, Set<String>> tasks = new TreeMap<>();

  TopicRoutes(Site site) {
    this.site = site;
    for (Method method : Catalogue.methods()) {
      for (Model model : method.models()) {
        tasks.computeIfAbsent(model.task(), task -> new LinkedHashSet<>()).add(method.key());
      }
    }
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/topics", this::topics);
    routes.get("/topics/tasks/{task}", this::task);
    routes.get("/topics/{category}", this::category);
  }

  private void topics(Context context) {
    List<LinkView> byTask = new ArrayList<>();
    tasks.forEach(
        (task, keys) -> {
          int papers = papers(keys).size();
          if (papers > 0) {
            byTask.add(
                new LinkView(
                    "/topics/tasks/" + EntryViews.encoded(task),
                    "%s (%d)".formatted(task.replace('-', ' '), papers)));
          }
        });
    List<LinkView> categories = new ArrayList<>();
    site.papers()
        .categories()
        .forEach(
            (category, papers) ->
                categories.add(
                    new LinkView(
                        "/topics/" + EntryViews.encoded(category),
                        "%s (%d)".formatted(category, papers))));
    TopicsView view = new TopicsView(Frames.of(context, site, "Topics"), byTask, categories);
    context.html(site.templates().render("topics.jte", view));
  }

  private List<Long> papers(Set<String> keys) {
    return keys.stream()
        .flatMap(key -> site.papers().ofCatalogue(key).stream())
        .sorted(Comparator.comparing(PaperEntry::published).reversed())
        .map(PaperEntry::id)
        .toList();
  }

  private void task(Context context) {
    String task = context.pathParam("task");
    Set<String> keys = tasks.get(task);
    if (keys == null) {
      throw RequestException.notFound("there is no task " + Params.shortened(task));
    }
    List<Long> ids = papers(keys);
    ListPage.of(
            site,
            EntryViews.capitalised(task.replace('-', ' ')),
            "/topics/tasks/" + EntryViews.encoded(task),
            ids)
        .remark(ListRoutes.count(ids.size()) + " with models for this task here")
        .show(context);
  }

  private void category(Context context) {
    String category = context.pathParam("category");
    PaperQuery query = PaperQuery.all(Sort.NEWEST, ListPage.PAGE, 0).about(category);
    long papers = site.papers().count(query);
    if (papers == 0) {
      throw RequestException.notFound("there are no papers on " + Params.shortened(category));
    }
    ListPage.of(site, category, "/topics/" + EntryViews.encoded(category), query)
        .remark("Category of arXiv, " + ListRoutes.count(papers))
        .feed("/feeds/topics/" + EntryViews.encoded(category) + ".atom")
        .show(context);
  }
}
