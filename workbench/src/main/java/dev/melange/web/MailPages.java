package dev.melange.web;

import dev.melange.web.Views.Frame;

/** What the template of subscriptions shows. All texts are plain; the template escapes them. */
public final class MailPages {
  private MailPages() {}

  /**
   * A step of a subscription.
   *
   * @param frame what all pages have
   * @param heading above all
   * @param text an explanation, or null
   * @param action where the button leads; null for no button
   * @param token sent with it
   * @param label on the button
   * @param form whether the form for subscribing is shown
   */
  public record MailView(
      Frame frame,
      String heading,
      String text,
      String action,
      String token,
      String label,
      boolean form) {}
}
