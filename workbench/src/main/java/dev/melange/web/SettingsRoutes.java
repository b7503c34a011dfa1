package dev.melange.web;

import dev.melange.store.User;
import dev.melange.web.PersonalViews.SettingsView;
import dev.melange.web.Preferences.Name;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** How a reader wants the page to look and to behave; for visitors too. */
final class SettingsRoutes implements Routes {
  private final Site site;
  private final Services services;

  SettingsRoutes(Site site, Services services) {
    this.site = site;
    this.services = services;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/settings", this::show);
    routes.post("/settings/theme", this::theme);
    routes.post("/settings/strip", context -> toggle(context, Name.STRIP, "show"));
    routes.post("/settings/keys", context -> toggle(context, Name.KEYS, "on"));
  }

  private void show(Context context) {
    User viewer = site.viewers().of(context);
    SettingsView view =
        new SettingsView(
            Frames.of(context, site, "Settings"),
            Preferences.of(context).strip(),
            services.subscriptions() != null,
            viewer != null && viewer.role().atLeast(User.Role.CURATOR));
    context.html(site.templates().render("settings.jte", view));
  }

  private void theme(Context context) {
    String theme = Params.given(context, "theme");
    if (!theme.equals("system") && !Preferences.THEMES.contains(theme)) {
      throw RequestException.bad(
          "theme is '%s', expected light, dark or system".formatted(Params.shortened(theme)));
    }
    Preferences.keep(context, Name.THEME, theme.equals("system") ? null : theme);
    answer(context);
  }

  /** On where the form says so, else off. */
  private void toggle(Context context, Name name, String on) {
    Preferences.keep(
        context, name, Params.given(context, "value").equals(on) ? null : Preferences.OFF);
    answer(context);
  }

  private static void answer(Context context) {
    if (Returns.wantsPart(context)) {
      context.status(HttpStatus.OK);
    } else {
      Returns.back(context, "/settings");
    }
  }
}
