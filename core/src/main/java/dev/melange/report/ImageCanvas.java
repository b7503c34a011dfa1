package dev.melange.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/** Draws into pixels on light paper, enlarged by a whole factor for sharp screens. */
final class ImageCanvas implements Canvas {
  private final BufferedImage image;
  private final Graphics2D graphics;

  ImageCanvas(double width, double height, int scale) {
    image =
        new BufferedImage(
            (int) Math.ceil((width + 2 * Drawing.PADDING) * scale),
            (int) Math.ceil((height + 2 * Drawing.PADDING) * scale),
            BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setColor(new Color(Ink.PAPER.light()));
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.scale(scale, scale);
    graphics.translate(Drawing.PADDING, Drawing.PADDING);
    quality(graphics);
  }

  /** Smooth edges and text, sub-pixel positions. */
  static void quality(Graphics2D graphics) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
  }

  /** The finished picture; nothing may be drawn after. */
  BufferedImage image() {
    graphics.dispose();
    return image;
  }

  @Override
  public void fill(Shape shape, Ink ink, double opacity) {
    graphics.setColor(color(ink, opacity));
    graphics.fill(shape);
  }

  @Override
  public void stroke(Shape shape, Ink ink, double width, float... dash) {
    graphics.setColor(color(ink, 1));
    graphics.setStroke(
        new BasicStroke(
            (float) width,
            BasicStroke.CAP_ROUND,
            BasicStroke.JOIN_ROUND,
            1,
            dash.length == 0 ? null : dash,
            0));
    graphics.draw(shape);
  }

  @Override
  public void text(
      String text, double x, double y, TextStyle style, Anchor anchor, double degrees) {
    draw(graphics, text, x, y, style, anchor, degrees);
  }

  /** Draws a text no wider than its estimate: a wide font is condensed, so that layout holds. */
  static void draw(
      Graphics2D graphics,
      String text,
      double x,
      double y,
      TextStyle style,
      Anchor anchor,
      double degrees) {
    if (text.isEmpty()) {
      return;
    }
    graphics.setColor(color(style.ink(), 1));
    Font font =
        new Font(Font.SANS_SERIF, style.bold() ? Font.BOLD : Font.PLAIN, 1)
            .deriveFont((float) style.size());
    graphics.setFont(font);
    double actual = font.getStringBounds(text, graphics.getFontRenderContext()).getWidth();
    double condense = Math.min(1, style.width(text) / Math.max(1, actual));
    double shift = actual * (anchor == Anchor.START ? 0 : anchor == Anchor.MIDDLE ? -0.5 : -1);
    AffineTransform before = graphics.getTransform();
    graphics.translate(x, y);
    graphics.rotate(Math.toRadians(degrees));
    graphics.scale(condense, 1);
    graphics.drawString(text, (float) shift, 0);
    graphics.setTransform(before);
  }

  @Override
  public void pixels(BufferedImage cells, Rectangle2D area) {
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    var fit =
        new AffineTransform(
            area.getWidth() / cells.getWidth(),
            0,
            0,
            area.getHeight() / cells.getHeight(),
            area.getX(),
            area.getY());
    graphics.drawImage(cells, fit, null);
  }

  @Override
  public void clip(Rectangle2D area) {
    graphics.setClip(area);
  }

  @Override
  public void endClip() {
    graphics.setClip(null);
  }

  @Override
  public void group(String name) {}

  @Override
  public void endGroup() {}

  private static Color color(Ink ink, double opacity) {
    return new Color((ink.light() & 0xFFFFFF) | (int) Math.round(opacity * 255) << 24, true);
  }
}
