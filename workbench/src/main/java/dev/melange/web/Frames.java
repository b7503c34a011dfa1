package dev.melange.web;

import dev.melange.store.User;
import dev.melange.web.Views.Frame;

/** What all pages have. */
final class Frames {
  private Frames() {}

  /** The frame of a page with a title. */
  static Frame of(Site site, User viewer, String title) {
    return new Frame(
        title + " - Daily Papers", site.config().curator(), viewer == null ? null : viewer.name());
  }
}
