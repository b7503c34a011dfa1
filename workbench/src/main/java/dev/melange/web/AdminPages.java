package dev.melange.web;

import dev.melange.web.Views.Frame;
import dev.melange.web.Views.LinkView;
import java.util.List;

/** What the template of administration shows. All texts are plain; the template escapes them. */
public final class AdminPages {
  private AdminPages() {}

  /** A user: since when they are banned is null for those who are not. */
  public record UserView(
      long id, String name, String email, String role, String since, String banned) {
    /** The roles, the least first. */
    public List<String> roles() {
      return List.of("reader", "member", "author", "curator", "owner");
    }
  }

  /** A hidden comment. */
  public record HiddenView(String paper, long id, String author, String body) {}

  /** A row of the audit. */
  public record AuditView(String at, String user, String action, String target, String detail) {}

  /**
   * The page.
   *
   * @param frame what all pages have
   * @param query the part of names and addresses that was asked for; may be empty
   * @param users those found
   * @param newer accounts; without address if there are none
   * @param older accounts
   * @param hidden comments
   * @param audit what was done, the newest first
   * @param earlier rows of the audit
   */
  public record AdminView(
      Frame frame,
      String query,
      List<UserView> users,
      LinkView newer,
      LinkView older,
      List<HiddenView> hidden,
      List<AuditView> audit,
      LinkView earlier) {}
}
