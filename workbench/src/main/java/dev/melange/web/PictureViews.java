package dev.melange.web;

import java.util.List;

/** What the templates of pictures show. Texts are plain; the templates escape them. */
public final class PictureViews {
  private PictureViews() {}

  /**
   * A paper.
   *
   * @param lines its title
   * @param key of its card, or null
   * @param verdict of its study in words; null before the first run
   * @param kind holds, unshown, fails, or none
   */
  public record ThumbnailView(List<String> lines, String key, String verdict, String kind) {}

  /**
   * A user.
   *
   * @param letter the first of the name
   * @param hue of the ground, in degrees
   */
  public record AvatarView(String letter, int hue) {}
}
