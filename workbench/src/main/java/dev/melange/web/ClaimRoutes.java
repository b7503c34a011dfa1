package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.account.Scope;
import dev.melange.store.Actor;
import dev.melange.store.LinkEdits;
import dev.melange.store.LinkEdits.Links;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What authors do with their papers: claiming them, hiding their names, editing links. */
final class ClaimRoutes implements Routes {
  private static final String LINKS = "projectPage and githubRepo";

  private final Site site;
  private final LinkEdits links;

  ClaimRoutes(Site site) {
    this.site = site;
    this.links = new LinkEdits(site.database());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/papers/<id>/claims", this::claim);
    routes.post("/papers/<id>/claims/withdraw", this::withdraw);
    routes.post("/papers/<id>/claims/hide", this::hide);
    routes.post("/papers/<id>/links", this::links);
    routes.post("/api/settings/papers/claim", this::claimJson);
    routes.post("/api/papers/<id>/links", this::linksJson);
  }

  private User user(Context context) {
    return site.viewers().require(context, User.Role.MEMBER, Scope.SUBMIT);
  }

  private PaperEntry paper(Context context) {
    return PaperIds.find(site.papers(), context.pathParam("id"));
  }

  /** Whether somebody may edit a paper's links: its authors, who submitted it, and curators. */
  static boolean mayEditLinks(User user, PaperEntry entry) {
    return user != null
        && user.role().atLeast(User.Role.MEMBER)
        && (user.role().atLeast(User.Role.CURATOR)
            || entry.isBy(user.name())
            || user.name().equals(entry.submitter()));
  }

  private static void back(Context context, PaperEntry entry) {
    context.redirect("/papers/" + entry.publicId() + "#authorship", HttpStatus.SEE_OTHER);
  }

  private void claim(Context context) {
    User user = user(context);
    PaperEntry entry = paper(context);
    String author = Params.given(context, "author");
    Params.refusing(
        () ->
            site.claims()
                .claim(
                    site.clients().actor(context, user),
                    entry.id(),
                    shown(entry, author),
                    user.id(),
                    site.clock().instant()));
    back(context, entry);
  }

  /** Hidden names cannot be guessed by claiming them. */
  private static String shown(PaperEntry entry, String author) {
    return entry.shownAuthors().contains(author) ? author : "";
  }

  private void withdraw(Context context) {
    User user = user(context);
    PaperEntry entry = paper(context);
    site.claims()
        .withdraw(
            site.clients().actor(context, user), entry.id(), user.id(), site.clock().instant());
    back(context, entry);
  }

  private void hide(Context context) {
    User user = user(context);
    PaperEntry entry = paper(context);
    boolean hidden = Params.yes(context, "hidden");
    Params.refusing(
        () ->
            site.claims()
                .hide(
                    site.clients().actor(context, user),
                    entry.id(),
                    user.id(),
                    hidden,
                    site.clock().instant()));
    back(context, entry);
  }

  private Actor editor(Context context, PaperEntry entry) {
    User user = user(context);
    if (!mayEditLinks(user, entry)) {
      throw RequestException.forbidden(
          "the links of a paper are edited by its verified authors, who submitted it, and"
              + " curators");
    }
    return site.clients().actor(context, user);
  }

  private void links(Context context) {
    PaperEntry entry = paper(context);
    Actor editor = editor(context, entry);
    Params.refusing(
        () ->
            links.set(
                editor,
                entry.id(),
                Links.of(Params.given(context, "projectPage"), Params.given(context, "githubRepo")),
                site.clock().instant()));
    back(context, entry);
  }

  /** Fields that are absent stay as they are; null or an empty text removes. */
  private void linksJson(Context context) {
    PaperEntry entry = paper(context);
    Actor editor = editor(context, entry);
    JsonNode request = Params.json(context);
    for (String name : (Iterable<String>) request::fieldNames) {
      JsonNode value = request.get(name);
      if (!List.of("projectPage", "githubRepo").contains(name)
          || !(value.isTextual() || value.isNull())) {
        throw RequestException.bad(
            "expected a JSON object with the texts %s, got '%s'"
                .formatted(LINKS, Params.shortened(name)));
      }
    }
    Params.refusing(
        () ->
            links.set(
                editor,
                entry.id(),
                Links.of(
                    given(request, "projectPage", entry.projectUrl()),
                    given(request, "githubRepo", entry.repoUrl())),
                site.clock().instant()));
    Replies.json(context, JsonNodeFactory.instance.objectNode());
  }

  private static String given(JsonNode request, String name, String otherwise) {
    return request.has(name) ? request.get(name).asText("") : otherwise;
  }

  /**
   * {@code {"paperId", "claimAuthorId", "targetUserId"}}, the last one optional. The answer is the
   * same whatever becomes of the claim, and whether or not there is such a user.
   */
  private void claimJson(Context context) {
    User user = user(context);
    JsonNode request = Params.json(context);
    PaperEntry entry = PaperIds.find(site.papers(), text(request, "paperId"));
    String authorId = text(request, "claimAuthorId");
    String author =
        IntStream.range(0, entry.authors().size())
            .filter(index -> JsonShapes.authorId(entry, index).equals(authorId))
            .mapToObj(index -> shown(entry, entry.authors().get(index).name()))
            .findFirst()
            .orElse("");
    Actor actor = site.clients().actor(context, user);
    Optional<User> target = target(context, user, request.path("targetUserId"));
    Params.refusing(
        () ->
            target.ifPresent(
                whose -> {
                  site.claims()
                      .claim(actor, entry.id(), author, whose.id(), site.clock().instant());
                  if (whose.id() != user.id()) {
                    site.claims().verify(actor, entry.id(), whose.id(), site.clock().instant());
                  }
                }));
    context.status(HttpStatus.ACCEPTED);
    Replies.json(context, JsonNodeFactory.instance.objectNode().put("status", "received"));
  }

  /** Oneself, or, for curators, a user by their name, whom they thereby vouch for. */
  private Optional<User> target(Context context, User user, JsonNode given) {
    if (given.isMissingNode() || given.isNull()) {
      return Optional.of(user);
    }
    String text = given.isTextual() ? given.asText() : "";
    if (text.equals(JsonShapes.userId(user.name())) || text.equalsIgnoreCase(user.name())) {
      return Optional.of(user);
    }
    if (!user.role().atLeast(User.Role.CURATOR)) {
      throw RequestException.forbidden("targetUserId is not yours; only curators claim for others");
    }
    site.viewers().require(context, User.Role.CURATOR, Scope.ADMIN);
    return site.users().find(text).filter(it -> it.active() && it.role().atLeast(User.Role.MEMBER));
  }

  private static String text(JsonNode request, String name) {
    JsonNode value = request.path(name);
    if (!value.isTextual()) {
      throw RequestException.bad(
          "expected a JSON object with the texts paperId and claimAuthorId, and, if it is not for"
              + " yourself, targetUserId");
    }
    return value.asText();
  }
}
