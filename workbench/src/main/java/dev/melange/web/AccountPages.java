package dev.melange.web;

import dev.melange.web.Views.Frame;

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
}
