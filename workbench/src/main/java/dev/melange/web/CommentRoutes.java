package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.account.Scope;
import dev.melange.store.CommentStore.Comment;
import dev.melange.store.PaperEntry;
import dev.melange.store.ReactionStore.Reaction;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;

/** Discussions: writing, changing, deleting and hiding comments. */
final class CommentRoutes implements Routes {
  private final Site site;

  CommentRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/api/papers/<id>/comments", this::list);
    routes.post("/api/papers/<id>/comments", this::addJson);
    routes.post("/papers/<id>/comments", this::add);
    routes.post("/papers/<id>/comments/{comment}/edit", this::edit);
    routes.post("/papers/<id>/comments/{comment}/delete", this::delete);
    routes.post("/papers/<id>/comments/{comment}/react", this::react);
    routes.post("/papers/<id>/comments/{comment}/hide", context -> hide(context, true));
    routes.post("/papers/<id>/comments/{comment}/show", context -> hide(context, false));
  }

  private PaperEntry paper(Context context) {
    return PaperIds.find(site.papers(), context.pathParam("id"));
  }

  private void list(Context context) {
    PaperEntry entry = paper(context);
    Map<Long, List<Reaction>> reactions = site.reactions().of(entry.id(), null);
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Comment comment : site.comments().of(entry.id())) {
      boolean shown = !comment.hidden() && !comment.deleted();
      ObjectNode json =
          array
              .addObject()
              .put("id", comment.id())
              .put("parent", comment.parentId())
              .put("author", shown ? comment.userName() : null)
              .put("createdAt", JsonShapes.time(comment.createdAt()))
              .put("body", shown ? comment.body() : "")
              .put("html", shown ? Markdown.html(comment.body()) : "");
      ObjectNode given = json.putObject("reactions");
      if (shown) {
        reactions
            .getOrDefault(comment.id(), List.of())
            .forEach(reaction -> given.put(reaction.sign(), reaction.count()));
      }
      json.put("hidden", comment.hidden()).put("deleted", comment.deleted());
      json.put("editedAt", comment.editedAt() == null ? null : JsonShapes.time(comment.editedAt()));
    }
    Replies.cached(context, array);
  }

  private void add(Context context) {
    PaperEntry entry = paper(context);
    String parent = context.formParam("parent");
    Long parentId = parent == null || parent.isBlank() ? null : Long.valueOf(number(parent));
    long id = add(context, entry, parentId, context.formParam("body"));
    context.redirect("/papers/" + entry.publicId() + "#c" + id, HttpStatus.SEE_OTHER);
  }

  private long add(Context context, PaperEntry entry, Long parentId, String body) {
    User user = site.viewers().require(context, User.Role.MEMBER, Scope.COMMENT);
    return Params.refused(
        () -> site.comments().add(entry.id(), parentId, user.id(), body, site.clock().instant()));
  }

  /** The API's way: {@code {"body": "Markdown", "parent": 12}}, the parent optional. */
  private void addJson(Context context) {
    site.viewers().require(context, User.Role.MEMBER, Scope.COMMENT);
    PaperEntry entry = paper(context);
    JsonNode request = Params.json(context);
    JsonNode body = request.path("body");
    JsonNode parent = request.path("parent");
    boolean noParent = parent.isMissingNode() || parent.isNull();
    if (!body.isTextual() || !(noParent || parent.canConvertToLong())) {
      throw RequestException.bad(
          "expected a JSON object with the text body, and, for replies, the number parent");
    }
    long id = add(context, entry, noParent ? null : parent.asLong(), body.asText());
    context.status(201);
    Replies.json(
        context,
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put(
                "url",
                Bases.url(context, site.config()) + "/papers/" + entry.publicId() + "#c" + id));
  }

  private void edit(Context context) {
    PaperEntry entry = paper(context);
    Comment comment = own(context, entry, false);
    Params.refusing(
        () ->
            site.comments()
                .edit(entry.id(), comment.id(), context.formParam("body"), site.clock().instant()));
    context.redirect("/papers/" + entry.publicId() + "#c" + comment.id(), HttpStatus.SEE_OTHER);
  }

  private void delete(Context context) {
    PaperEntry entry = paper(context);
    Comment comment = own(context, entry, true);
    User user = site.viewers().of(context);
    site.comments()
        .delete(
            site.clients().actor(context, user), entry.id(), comment.id(), site.clock().instant());
    context.redirect("/papers/" + entry.publicId() + "#discussion", HttpStatus.SEE_OTHER);
  }

  private void react(Context context) {
    User user = site.viewers().require(context, User.Role.MEMBER, Scope.COMMENT);
    PaperEntry entry = paper(context);
    Comment comment = comment(context, entry);
    if (comment.hidden() || comment.deleted()) {
      throw RequestException.notFound("there is no such comment");
    }
    boolean on = Params.yes(context, "on");
    String sign = Params.given(context, "sign");
    Params.refusing(() -> site.reactions().react(comment.id(), user.id(), sign, on));
    context.redirect("/papers/" + entry.publicId() + "#c" + comment.id(), HttpStatus.SEE_OTHER);
  }

  private void hide(Context context, boolean hidden) {
    User user = site.viewers().require(context, User.Role.CURATOR, Scope.ADMIN);
    PaperEntry entry = paper(context);
    site.comments()
        .hide(
            site.clients().actor(context, user),
            entry.id(),
            comment(context, entry).id(),
            hidden,
            site.clock().instant());
    context.redirect("/papers/" + entry.publicId() + "#discussion", HttpStatus.SEE_OTHER);
  }

  private Comment comment(Context context, PaperEntry entry) {
    return site.comments()
        .find(entry.id(), number(context.pathParam("comment")))
        .orElseThrow(() -> RequestException.notFound("there is no such comment"));
  }

  /** A comment the user wrote, or, where curators may, any. */
  private Comment own(Context context, PaperEntry entry, boolean orCurator) {
    User user = site.viewers().require(context, User.Role.MEMBER, Scope.COMMENT);
    Comment comment = comment(context, entry);
    boolean own = comment.userId() != null && comment.userId() == user.id();
    if (!own && !(orCurator && user.role().atLeast(User.Role.CURATOR))) {
      throw RequestException.forbidden("this comment is somebody else's");
    }
    if (!own) {
      site.viewers().require(context, User.Role.CURATOR, Scope.ADMIN);
    }
    return comment;
  }

  private static long number(String text) {
    if (!text.matches("\\d{1,18}")) {
      throw RequestException.bad("'%s' is no comment".formatted(Params.shortened(text)));
    }
    return Long.parseLong(text);
  }
}
