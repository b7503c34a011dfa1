package dev.melange.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.account.Scope;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Votes: by the form of a page, or by the API. */
final class VoteRoutes implements Routes {
  private final Site site;

  VoteRoutes(Site site) {
    this.site = site;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/papers/<id>/vote", this::form);
    routes.post("/api/papers/<id>/upvote", context -> api(context, true));
    routes.delete("/api/papers/<id>/upvote", context -> api(context, false));
  }

  private int vote(Context context, PaperEntry entry, boolean up) {
    User user = site.viewers().require(context, User.Role.MEMBER, Scope.VOTE);
    return site.votes().vote(entry.id(), user.id(), up, site.clock().instant());
  }

  private void api(Context context, boolean up) {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    Replies.json(
        context,
        JsonNodeFactory.instance
            .objectNode()
            .put("id", entry.publicId())
            .put("upvotes", vote(context, entry, up))
            .put("upvoted", up));
  }

  private void form(Context context) {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    boolean up = Params.yes(context, "up");
    int votes = vote(context, entry, up);
    Returns.acted(
        context,
        site,
        site.viewers().of(context),
        entry.publicId(),
        (up ? "Your vote counts: " : "Your vote is withdrawn: ")
            + (votes == 1 ? "1 vote." : votes + " votes."));
  }
}
