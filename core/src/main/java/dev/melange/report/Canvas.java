package dev.melange.report;

import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/**
 * Where a chart is drawn. Layout and drawing code is written once against this; SVG and pixels are
 * its two implementations. Units are CSS pixels, y points down.
 */
interface Canvas {
  /** Horizontal anchor of a text. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** Paints the inside of a shape; opacity from 0 to 1. */
  void fill(Shape shape, Ink ink, double opacity);

  /** Paints the outline with round caps; {@code dash} is empty for a solid line. */
  void stroke(Shape shape, Ink ink, double width, float... dash);

  /** One line of text whose baseline starts, centres or ends at (x, y), turned clockwise. */
  void text(String text, double x, double y, TextStyle style, Anchor anchor, double degrees);

  /** One image pixel per cell, never smoothed. */
  void pixels(BufferedImage image, Rectangle2D area);

  /** Until {@link #endClip} nothing is painted outside the area. */
  void clip(Rectangle2D area);

  /** Ends {@link #clip}. */
  void endClip();

  /** Names what is painted until {@link #endGroup}, for pointers and screen readers. */
  void group(String name);

  /** Ends {@link #group}. */
  void endGroup();
}
