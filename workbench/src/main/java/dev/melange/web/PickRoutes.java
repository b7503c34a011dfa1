package dev.melange.web;

import dev.melange.search.Recommender;
import dev.melange.search.Recommender.Basis;
import dev.melange.search.Recommender.Combination;
import dev.melange.search.Recommender.Pick;
import dev.melange.search.Recommender.Picks;
import dev.melange.search.Recommender.Taste;
import dev.melange.store.PaperEntry;
import dev.melange.store.PickStore;
import dev.melange.store.TagStore;
import dev.melange.store.User;
import dev.melange.web.PickViews.ChoiceView;
import dev.melange.web.PickViews.PickView;
import dev.melange.web.PickViews.PicksView;
import dev.melange.web.PickViews.WindowView;
import dev.melange.web.PickViews.WordView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Papers like those a reader tagged, and what the reader says of them. */
final class PickRoutes implements Routes {
  private static final int SHOWN = 20;
  private static final int MOST_TAGS = 20;
  private static final Map<String, Integer> WINDOWS = windows();

  private static final String UNKNOWN =
      "The meaning of the papers is not known here (yet): these are judged by words alone.";

  private final Site site;
  private final PickStore store;
  private final Recommender recommender;

  PickRoutes(Site site) {
    this.site = site;
    this.store = new PickStore(site.database());
    this.recommender = new Recommender(site.database());
  }

  /** Days by name; 0 for all. */
  private static Map<String, Integer> windows() {
    Map<String, Integer> windows = new LinkedHashMap<>();
    windows.put("all", 0);
    windows.put("month", 31);
    windows.put("week", 7);
    windows.put("day", 1);
    return windows;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/recommendations", this::show);
    routes.post("/tags/{name}/refuse", this::refuse);
    routes.post("/tags/{name}/mute", this::mute);
  }

  private User user(Context context) {
    return site.viewers().require(context, User.Role.READER);
  }

  private long tag(User user, String name) {
    return store
        .tag(user.id(), name)
        .orElseThrow(() -> RequestException.notFound("you have no tag " + Params.shortened(name)));
  }

  private Taste taste(long tag) {
    return new Taste(store.tagged(tag), store.refused(tag), Set.copyOf(store.muted(tag)));
  }

  private void show(Context context) {
    User user = user(context);
    List<String> wanted = context.queryParams("tag");
    List<String> unwanted = context.queryParams("not");
    String window = choice(context, "since", List.copyOf(WINDOWS.keySet()));
    boolean all = choice(context, "like", List.of("any", "all")).equals("all");
    if (wanted.size() + unwanted.size() > MOST_TAGS) {
      throw RequestException.bad(
          "%d tags are too many, at most %d are combined"
              .formatted(wanted.size() + unwanted.size(), MOST_TAGS));
    }
    List<TagStore.Tag> tags = site.tags().of(user.id());
    Long only = wanted.size() == 1 ? tag(user, wanted.get(0)) : null;
    boolean meaning = choice(context, "by", List.of("words", "meaning")).equals("meaning");
    boolean known = !meaning || recommender.knowsMeaning();
    Basis basis = meaning && known ? Basis.WORDS_AND_MEANING : Basis.WORDS;
    Picks alone = only == null ? null : recommender.of(taste(only), basis);
    List<Pick> picks =
        alone != null && unwanted.isEmpty()
            ? alone.picks()
            : recommender.combined(
                tastes(user, wanted),
                all ? Combination.ALL : Combination.ANY,
                tastes(user, unwanted),
                basis);
    List<PickView> shown = entries(picks, WINDOWS.get(window), user);
    PicksView view =
        new PicksView(
            Frames.of(context, site, "Recommended"),
            tags.stream()
                .map(
                    tag ->
                        new ChoiceView(
                            tag.name(), wanted.contains(tag.name()), unwanted.contains(tag.name())))
                .toList(),
            all,
            meaning,
            WINDOWS.keySet().stream()
                .map(
                    name ->
                        new WindowView(
                            name,
                            name.equals("all") ? "of all times" : "of the last " + name,
                            name.equals(window)))
                .toList(),
            only == null ? null : EntryViews.encoded(wanted.get(0)),
            alone == null ? List.of() : words(alone),
            only == null ? List.of() : store.muted(only),
            known ? notice(tags, wanted, shown) : UNKNOWN,
            shown);
    context.html(site.templates().render("picks.jte", view));
  }

  private List<Taste> tastes(User user, List<String> names) {
    return names.stream().distinct().map(name -> taste(tag(user, name))).toList();
  }

  private static String choice(Context context, String name, List<String> known) {
    String value = context.queryParam(name);
    if (value != null && !known.contains(value)) {
      throw RequestException.bad(
          "%s is '%s', expected one of %s"
              .formatted(name, Params.shortened(value), String.join(", ", known)));
    }
    return value == null ? known.get(0) : value;
  }

  /** The first that are of the window; the window counts listings, or publications without one. */
  private List<PickView> entries(List<Pick> picks, int days, User user) {
    Map<Long, Pick> byId = new HashMap<>();
    picks.forEach(pick -> byId.put(pick.id(), pick));
    LocalDate first = days == 0 ? LocalDate.MIN : site.today().minusDays(days);
    List<PaperEntry> papers =
        site.papers().withIds(picks.stream().map(Pick::id).toList()).stream()
            .filter(paper -> paper.withdrawnAt() == null)
            .filter(
                paper ->
                    (paper.listedDay() == null ? paper.published() : paper.listedDay())
                        .isAfter(first))
            .limit(SHOWN)
            .toList();
    List<PickView> views = new ArrayList<>();
    List<Views.EntryView> entries = EntryViews.of(papers, site, user, false);
    for (int i = 0; i < papers.size(); i++) {
      Pick pick = byId.get(papers.get(i).id());
      views.add(
          new PickView(
              entries.get(i),
              String.format(Locale.ROOT, "%+.2f", pick.score())
                  + (pick.reasons().isEmpty()
                      ? ""
                      : ", for " + String.join(", ", pick.reasons()))));
    }
    return views;
  }

  private static List<WordView> words(Picks picks) {
    return picks.words().stream()
        .map(
            word ->
                new WordView(
                    word.text(),
                    String.format(Locale.ROOT, "%+.2f", word.weight()),
                    word.weight() < 0))
        .toList();
  }

  private static String notice(List<TagStore.Tag> tags, List<String> wanted, List<PickView> shown) {
    if (tags.isEmpty()) {
      return "Nothing yet. Tag a paper on its own page, and papers like it appear here.";
    }
    if (wanted.isEmpty()) {
      return "Choose tags: papers like those that have them appear here.";
    }
    return shown.isEmpty() ? "No paper left in this time." : null;
  }

  private void refuse(Context context) {
    User user = user(context);
    long tag = tag(user, context.pathParam("name"));
    PaperEntry paper = PaperIds.find(site.papers(), Params.given(context, "paper"));
    store.refuse(tag, paper.id(), Params.yes(context, "refused"));
    back(context);
  }

  private void mute(Context context) {
    User user = user(context);
    long tag = tag(user, context.pathParam("name"));
    boolean muted = Params.yes(context, "muted");
    Params.refusing(() -> store.mute(tag, Params.given(context, "word"), muted));
    back(context);
  }

  private static void back(Context context) {
    Returns.back(context, "/recommendations?tag=" + EntryViews.encoded(context.pathParam("name")));
  }
}
