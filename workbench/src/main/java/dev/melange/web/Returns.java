package dev.melange.web;

import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import dev.melange.web.PersonalViews.ActedView;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Where readers go after a form: back to the page it stood on, if that is one of ours. */
final class Returns {
  private Returns() {}

  /** The page the form stood on, else another. */
  static String place(Context context, String otherwise) {
    String from = context.formParam("from");
    return from != null
            && from.matches("/[A-Za-z0-9/?=&%._:+~,;@$!*'()-]{0,500}")
            && !from.contains("//")
        ? from
        : otherwise;
  }

  /** Back. */
  static void back(Context context, String otherwise) {
    context.redirect(place(context, otherwise), HttpStatus.SEE_OTHER);
  }

  /** Whether a script of ours asks for the changed part of its page only. */
  static boolean wantsPart(Context context) {
    return "true".equals(context.header("HX-Request"));
  }

  /**
   * After a button of a paper's entry: the buttons as they are now, or back to the page.
   *
   * @param said what happened
   */
  static void acted(Context context, Site site, User viewer, String id, String said) {
    PaperEntry entry = PaperIds.find(site.papers(), id);
    String own = "/papers/" + entry.publicId();
    if (wantsPart(context)) {
      ActedView view = new ActedView(EntryViews.of(entry, site, viewer), place(context, own), said);
      context.html(site.templates().render("acted.jte", view));
    } else {
      back(context, own);
    }
  }
}
