package dev.melange.web;

import dev.melange.account.Accounts;
import dev.melange.account.Accounts.Account;
import dev.melange.mail.MailAddress;
import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.User;
import dev.melange.web.AdminPages.AdminView;
import dev.melange.web.AdminPages.AuditView;
import dev.melange.web.AdminPages.HiddenView;
import dev.melange.web.AdminPages.UserView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Locale;

/** What a page's owner does with its users and their comments, and what was done. */
final class AdminRoutes implements Routes {
  static final String PAGE = "/admin";

  private static final int USERS = 50;
  private static final int HIDDEN = 50;
  private static final int AUDIT = 100;
  private static final int MAX_PAGE = 100_000;

  private final Site site;
  private final Accounts accounts;
  private final AuditLog audit;

  AdminRoutes(Site site) {
    this.site = site;
    this.accounts = new Accounts(site.database());
    this.audit = new AuditLog(site.database());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get(PAGE, this::show);
    routes.post(PAGE + "/users", this::invite);
    routes.post(PAGE + "/users/{id}/role", this::role);
    routes.post(PAGE + "/users/{id}/ban", context -> ban(context, true));
    routes.post(PAGE + "/users/{id}/unban", context -> ban(context, false));
  }

  private Actor owner(Context context) {
    return site.clients().actor(context, site.viewers().require(context, User.Role.OWNER));
  }

  private void show(Context context) {
    owner(context);
    String given = context.queryParam("q");
    String part = given == null ? "" : given.strip();
    int page = Params.number(context, "p", 0, MAX_PAGE, 0);
    int before = Params.number(context, "before", 1, 999_999_999, 999_999_999);
    List<Account> found = accounts.list(part, USERS + 1, page * USERS);
    List<AuditLog.Row> rows = audit.newest(before, AUDIT);
    String query = "/admin?q=" + EntryViews.encoded(part);
    AdminView view =
        new AdminView(
            Frames.of(context, site, "Administration"),
            part,
            found.stream().limit(USERS).map(AdminRoutes::view).toList(),
            new Views.LinkView(page == 0 ? null : query + "&p=" + (page - 1), "Newer accounts"),
            new Views.LinkView(
                found.size() > USERS ? query + "&p=" + (page + 1) : null, "Older accounts"),
            site.comments().hidden(HIDDEN).stream()
                .map(
                    hidden ->
                        new HiddenView(
                            hidden.paper(),
                            hidden.comment().id(),
                            hidden.comment().userName(),
                            hidden.comment().body()))
                .toList(),
            rows.stream()
                .map(
                    row ->
                        new AuditView(
                            RunViews.time(row.at()),
                            row.user() == null ? "the program" : row.user(),
                            row.action(),
                            row.target(),
                            row.detail()))
                .toList(),
            new Views.LinkView(
                rows.size() == AUDIT
                    ? "/admin?before=" + rows.get(AUDIT - 1).id() + "#audit"
                    : null,
                "Earlier"));
    context.header("Cache-Control", "no-store").html(site.templates().render("admin.jte", view));
  }

  private static UserView view(Account account) {
    return new UserView(
        account.user().id(),
        account.user().name(),
        account.email(),
        label(account.user().role()),
        RunViews.time(account.createdAt()),
        RunViews.time(account.user().bannedAt()));
  }

  private static String label(User.Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  private static User.Role role(String label) {
    for (User.Role role : User.Role.values()) {
      if (role != User.Role.SYSTEM && label(role).equals(label)) {
        return role;
      }
    }
    throw RequestException.bad(
        "the role is '%s', expected reader, member, author, curator or owner"
            .formatted(Params.shortened(label)));
  }

  private static void back(Context context) {
    context.redirect(PAGE, HttpStatus.SEE_OTHER);
  }

  private void invite(Context context) {
    Actor owner = owner(context);
    User.Role role = role(Params.given(context, "role"));
    Params.refusing(
        () ->
            accounts.invite(
                owner,
                MailAddress.parse(Params.given(context, "email")),
                role,
                site.clock().instant()));
    back(context);
  }

  private void role(Context context) {
    Actor owner = owner(context);
    User.Role role = role(Params.given(context, "role"));
    Params.refusing(
        () -> accounts.role(owner, AccountRoutes.id(context), role, site.clock().instant()));
    back(context);
  }

  private void ban(Context context, boolean banned) {
    Actor owner = owner(context);
    Params.refusing(
        () -> accounts.ban(owner, AccountRoutes.id(context), banned, site.clock().instant()));
    back(context);
  }
}
