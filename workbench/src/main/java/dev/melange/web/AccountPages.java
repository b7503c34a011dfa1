package dev.melange.web;

import dev.melange.web.Views.Frame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the templates of accounts show. All texts are plain; the templates escape them. */
public final class AccountPages {
  private AccountPages() {}

  /**
   * A step of signing in.
   *
   * @param frame what all pages have
   * @param heading above all
   * @param text an explanation, or null
   * @param form whether the form for an address is shown
   * @param token sent with the button; null for no button
   * @param other whether the button confirms that another browser asked
   */
  public record SignInView(
      Frame frame, String heading, String text, boolean form, String token, boolean other) {
    static SignInView form(Frame frame) {
      return new SignInView(
          frame,
          "Sign in",
          "No password: a mail with a link comes to your address.",
          true,
          null,
          false);
    }

    static SignInView message(Frame frame, String heading, String text) {
      return new SignInView(frame, heading, text, false, null, false);
    }

    static SignInView button(Frame frame, String token, boolean other) {
      return new SignInView(
          frame,
          other ? "Sign in with this browser?" : "Sign in",
          other
              ? "The link was asked for in another browser. Go on only if that was you; if somebody"
                  + " sent you the link, you would sign in to their account."
              : "One click, and you are signed in.",
          false,
          token,
          other);
    }
  }

  /** A browser that is signed in; one of them is the present one. */
  public record LoginView(long id, String browser, String since, String used, boolean present) {}

  /** An API token: what it may, until when, and when it was last used. */
  public record TokenView(long id, String name, String scopes, String until, String used) {}

  /**
   * A user's own account.
   *
   * @param frame what all pages have
   * @param name the user's
   * @param role in a word
   * @param signsIn whether this page has logins at all
   * @param owner whether administration is theirs
   * @param curator whether they decide claims and duplicates
   * @param logins their browsers
   * @param tokens their programs'
   * @param token one just made, shown this once; or null
   */
  public record AccountView(
      Frame frame,
      String name,
      String role,
      boolean signsIn,
      boolean owner,
      boolean curator,
      List<LoginView> logins,
      List<TokenView> tokens,
      String token) {
    /** What tokens can be given, and in words. */
    public Map<String, String> scopes() {
      Map<String, String> scopes = new LinkedHashMap<>();
      scopes.put("read", "read as you");
      scopes.put("vote", "vote");
      scopes.put("comment", "write comments");
      scopes.put("submit", "submit papers, claim them, edit their links");
      scopes.put("run", "run studies");
      scopes.put("admin", "what curators may");
      return scopes;
    }
  }
}
