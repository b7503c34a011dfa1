package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/** What readers keep of papers for themselves: the reading list, read marks, tags and notes. */
final class PersonalRoutes implements Routes {
  private final Site site;

  PersonalRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/reading-list", this::readingList);
    routes.get("/tags/{name}", this::tag);
    routes.get("/tags/{name}/papers.csv", this::tagTable);
    routes.get("/reading-list/papers.csv", this::readingTable);
    routes.post("/papers/<id>/save", this::save);
    routes.post("/papers/<id>/read", this::read);
    routes.post("/papers/<id>/tags", this::tags);
    routes.post("/papers/<id>/note", this::note);
  }

  private void readingList(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    long id = site.collections().readingList(user.id(), site.clock().instant());
    List<Long> ids = site.collections().papers(id);
    ListPage.of(site, "Reading list", "/reading-list", ids)
        .remark(ListRoutes.count(ids.size()) + ", added last first; only you see it")
        .table("/reading-list/papers.csv")
        .whenEmpty("Nothing here yet. \u201cSave\u201d puts a paper on this list.")
        .show(context);
  }

  /** A reader's own tag; to all others there is none. */
  private void tag(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    String name = context.pathParam("name");
    List<Long> ids = site.tags().papers(user.id(), name);
    if (ids.isEmpty()) {
      throw RequestException.notFound("you have no tag " + Params.shortened(name));
    }
    String path = "/tags/" + EntryViews.encoded(name);
    ListPage.of(site, name, path, ids)
        .remark("Your tag, on " + ListRoutes.count(ids.size()))
        .recommended("/recommendations?tag=" + EntryViews.encoded(name))
        .feed("/feeds" + path + ".atom")
        .table(path + "/papers.csv")
        .show(context);
  }

  private void readingTable(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    long id = site.collections().readingList(user.id(), site.clock().instant());
    Replies.table(context, site.papers().withIds(site.collections().papers(id)), "reading-list");
  }

  private void tagTable(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    String name = context.pathParam("name");
    List<Long> ids = site.tags().papers(user.id(), name);
    if (ids.isEmpty()) {
      throw RequestException.notFound("you have no tag " + Params.shortened(name));
    }
    Replies.table(context, site.papers().withIds(ids), "tag");
  }

  private void save(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    PaperEntry entry = paper(context);
    boolean in = Params.yes(context, "in");
    long list = site.collections().readingList(user.id(), site.clock().instant());
    site.collections().put(list, entry.id(), in, site.clock().instant());
    Returns.acted(
        context,
        site,
        user,
        entry.publicId(),
        in ? "On your reading list." : "No longer on your reading list.");
  }

  private void read(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    PaperEntry entry = paper(context);
    boolean read = Params.yes(context, "read");
    site.notes().read(user.id(), entry.id(), read, site.clock().instant());
    Returns.acted(
        context, site, user, entry.publicId(), read ? "Marked as read." : "No longer read.");
  }

  private void tags(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    PaperEntry entry = paper(context);
    String tags = Params.given(context, "tags");
    Params.refusing(() -> site.tags().set(user.id(), entry.id(), List.of(tags.split(",", -1))));
    Returns.back(context, "/papers/" + entry.publicId());
  }

  private void note(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    PaperEntry entry = paper(context);
    String body = Params.given(context, "body");
    Params.refusing(() -> site.notes().write(user.id(), entry.id(), body, site.clock().instant()));
    Returns.back(context, "/papers/" + entry.publicId());
  }

  private PaperEntry paper(Context context) {
    return PaperIds.find(site.papers(), context.pathParam("id"));
  }
}
