package dev.melange.web;

import dev.melange.account.Scope;
import dev.melange.store.Actor;
import dev.melange.store.CuratorEdits;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.DateTimeException;
import java.time.LocalDate;

/** What curators change of papers: texts, the day of listing, whether it is shown at all. */
final class EditRoutes implements Routes {
  private final Site site;
  private final CuratorEdits edits;

  EditRoutes(Site site) {
    this.site = site;
    this.edits = new CuratorEdits(site.database());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.post("/papers/<id>/edit", this::edit);
    routes.post("/papers/<id>/listing", this::list);
    routes.post("/papers/<id>/delist", this::delist);
    routes.post("/papers/<id>/withdraw", this::withdraw);
  }

  private Actor curator(Context context) {
    return site.clients()
        .actor(context, site.viewers().require(context, User.Role.CURATOR, Scope.ADMIN));
  }

  private PaperEntry paper(Context context) {
    return PaperIds.find(site.papers(), context.pathParam("id"));
  }

  private static void back(Context context, PaperEntry entry) {
    context.redirect("/papers/" + entry.publicId(), HttpStatus.SEE_OTHER);
  }

  private void edit(Context context) {
    Actor actor = curator(context);
    PaperEntry entry = paper(context);
    Params.refusing(
        () ->
            edits.edit(
                actor,
                entry.id(),
                Params.given(context, "title"),
                Params.given(context, "abstract"),
                Params.given(context, "authors").lines().toList(),
                site.clock().instant()));
    back(context, entry);
  }

  private void list(Context context) {
    Actor actor = curator(context);
    PaperEntry entry = paper(context);
    String text = Params.given(context, "day");
    LocalDate day;
    try {
      day = LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw RequestException.of(
          400, "the day is '%s', expected the form 2025-08-17".formatted(Params.shortened(text)));
    }
    Params.refusing(() -> edits.list(actor, entry.id(), day, site.today(), site.clock().instant()));
    back(context, entry);
  }

  private void delist(Context context) {
    Actor actor = curator(context);
    PaperEntry entry = paper(context);
    edits.delist(actor, entry.id(), site.clock().instant());
    back(context, entry);
  }

  private void withdraw(Context context) {
    Actor actor = curator(context);
    PaperEntry entry = paper(context);
    boolean withdrawn = Params.yes(context, "withdrawn");
    Params.refusing(() -> edits.withdraw(actor, entry.id(), withdrawn, site.clock().instant()));
    back(context, entry);
  }
}
