package dev.melange.web;

import dev.melange.store.CollectionStore.Collection;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import dev.melange.web.PersonalViews.CollectionView;
import dev.melange.web.PersonalViews.LibraryView;
import dev.melange.web.PersonalViews.SearchView;
import dev.melange.web.Views.LinkView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;

/** Collections of papers, and the searches that readers keep. */
final class CollectionRoutes implements Routes {
  private final Site site;

  CollectionRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/collections", this::library);
    routes.post("/collections", this::create);
    routes.get("/collections/{collection}", this::show);
    routes.get("/collections/{collection}/papers.csv", this::table);
    routes.post("/collections/{collection}", this::change);
    routes.post("/collections/{collection}/delete", this::delete);
    routes.post("/papers/<id>/collections", this::put);
    routes.post("/searches", this::saveSearch);
    routes.post("/searches/{search}/delete", this::deleteSearch);
  }

  private void library(Context context) {
    User viewer = site.viewers().of(context);
    long id = viewer == null ? -1 : viewer.id();
    int saved =
        viewer == null
            ? 0
            : site.collections()
                .papers(site.collections().readingList(id, site.clock().instant()))
                .size();
    LibraryView view =
        new LibraryView(
            Frames.of(context, site, "Collections"),
            saved,
            views(site.collections().of(id), viewer),
            views(site.collections().openOfOthers(id), viewer),
            site.tags().of(id).stream()
                .map(
                    tag ->
                        new LinkView(
                            "/tags/" + EntryViews.encoded(tag.name()),
                            "%s (%d)".formatted(tag.name(), tag.papers())))
                .toList(),
            site.searches().of(id).stream()
                .map(
                    search ->
                        new SearchView(
                            search.id(),
                            search.name(),
                            search.query(),
                            "/papers/search?q=" + EntryViews.encoded(search.query())))
                .toList());
    context.html(site.templates().render("collections.jte", view));
  }

  private static List<CollectionView> views(List<Collection> collections, User viewer) {
    return collections.stream().map(collection -> view(collection, viewer)).toList();
  }

  static CollectionView view(Collection collection, User viewer) {
    boolean own = viewer != null && viewer.id() == collection.ownerId();
    return new CollectionView(
        collection.id(),
        collection.name(),
        collection.description(),
        own ? null : collection.ownerName(),
        collection.open(),
        collection.papers());
  }

  /** A collection the viewer may see; to all others there is none. */
  private Collection collection(Context context, User viewer) {
    return Params.id(context.pathParam("collection"))
        .flatMap(site.collections()::find)
        .filter(found -> found.mayBeSeenBy(viewer))
        .orElseThrow(() -> RequestException.notFound("there is no such collection"));
  }

  private Collection own(Context context, User user) {
    Collection collection = collection(context, user);
    if (collection.ownerId() != user.id()) {
      throw RequestException.forbidden("this collection is somebody else's");
    }
    return collection;
  }

  private void show(Context context) {
    User viewer = site.viewers().of(context);
    Collection collection = collection(context, viewer);
    CollectionView view = view(collection, viewer);
    String who = view.owner() == null ? "Your collection" : "Collection of " + view.owner();
    ListPage.of(
            site,
            collection.name(),
            "/collections/" + collection.id(),
            site.collections().papers(collection.id()))
        .remark(
            "%s, %s, %s"
                .formatted(
                    who,
                    ListRoutes.count(collection.papers()),
                    collection.open() ? "everybody may see it" : "only you see it"))
        .whenEmpty("Nothing here yet. A paper's own page puts it into collections.")
        .table("/collections/" + collection.id() + "/papers.csv")
        .collection(view)
        .show(context);
  }

  private void table(Context context) {
    Collection collection = collection(context, site.viewers().of(context));
    Replies.table(
        context,
        site.papers().withIds(site.collections().papers(collection.id())),
        "collection-" + collection.id());
  }

  private void create(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    long id =
        Params.refused(
            () ->
                site.collections()
                    .create(
                        user.id(),
                        Params.given(context, "name"),
                        Params.given(context, "description"),
                        Params.given(context, "shown").equals("public"),
                        site.clock().instant()));
    context.redirect("/collections/" + id, HttpStatus.SEE_OTHER);
  }

  private void change(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    Collection collection = own(context, user);
    Params.refusing(
        () ->
            site.collections()
                .change(
                    collection,
                    Params.given(context, "name"),
                    Params.given(context, "description"),
                    Params.given(context, "shown").equals("public")));
    context.redirect("/collections/" + collection.id(), HttpStatus.SEE_OTHER);
  }

  private void delete(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    site.collections().delete(own(context, user).id());
    context.redirect("/collections", HttpStatus.SEE_OTHER);
  }

  /** Puts a paper into one of the reader's collections, or a new one, or takes it out. */
  private void put(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    String name = Params.given(context, "name");
    long id;
    if (name.isBlank()) {
      id =
          Params.id(Params.given(context, "collection"))
              .flatMap(site.collections()::find)
              .filter(found -> found.ownerId() == user.id())
              .map(Collection::id)
              .orElseThrow(() -> RequestException.notFound("you have no such collection"));
    } else {
      id =
          Params.refused(
              () -> site.collections().create(user.id(), name, "", false, site.clock().instant()));
    }
    boolean in = !name.isBlank() || Params.yes(context, "in");
    site.collections().put(id, entry.id(), in, site.clock().instant());
    Returns.back(context, "/papers/" + entry.publicId());
  }

  private void saveSearch(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    String query = Params.given(context, "q");
    String name = Params.given(context, "name");
    Params.refusing(
        () ->
            site.searches()
                .add(user.id(), name.isBlank() ? query : name, query, site.clock().instant()));
    context.redirect("/collections#searches", HttpStatus.SEE_OTHER);
  }

  private void deleteSearch(Context context) {
    User user = site.viewers().require(context, User.Role.READER);
    boolean deleted =
        Params.id(context.pathParam("search"))
            .map(id -> site.searches().delete(user.id(), id))
            .orElse(false);
    if (!deleted) {
      throw RequestException.notFound("you have no such search");
    }
    context.redirect("/collections#searches", HttpStatus.SEE_OTHER);
  }
}
