package dev.melange.report;

import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Locale;

/** Draws into SVG 1.1 text. Colours are attributes, which CSS classes replace in dark mode. */
final class SvgCanvas implements Canvas {
  private final StringBuilder out = new StringBuilder();

  /** The SVG to put inside an HTML page that has the rules of {@link #pageCss}. */
  String inline(double width, double height, String description) {
    return open(width, height, 0, description) + out + "</svg>";
  }

  /** A complete SVG file with its own paper, light or dark as the reader prefers. */
  String standalone(double width, double height, String description) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + open(width, height, Drawing.PADDING, description)
        + "<title>"
        + Html.escape(description)
        + "</title><style>@media (prefers-color-scheme:dark){"
        + Ink.css("", true)
        + "}</style><rect x=\"-"
        + n(Drawing.PADDING)
        + "\" y=\"-"
        + n(Drawing.PADDING)
        + "\" width=\"100%\" height=\"100%\" class=\"f-p\" fill=\""
        + Ink.hex(Ink.PAPER.light())
        + "\"/>"
        + out
        + "</svg>\n";
  }

  /** The colours for all inline charts of a page, both modes. */
  static String pageCss() {
    return Ink.css(".chart ", false)
        + "@media screen and (prefers-color-scheme:dark){"
        + Ink.css(".chart ", true)
        + "}";
  }

  private static String open(double width, double height, double padding, String description) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
        + String.format(
            Locale.ROOT,
            " viewBox=\"%1$s %1$s %2$s %3$s\" width=\"%2$s\" height=\"%3$s\"",
            n(-padding),
            n(width + 2 * padding),
            n(height + 2 * padding))
        + " role=\"img\" aria-label=\""
        + Html.escape(description)
        + "\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
        + "'DejaVu Sans',sans-serif\">";
  }

  @Override
  public void fill(Shape shape, Ink ink, double opacity) {
    out.append("<path").append(paint("f", "fill", ink));
    if (opacity < 1) {
      out.append(" fill-opacity=\"").append(n(opacity)).append('"');
    }
    out.append(" d=\"").append(path(shape)).append("\"/>");
  }

  @Override
  public void stroke(Shape shape, Ink ink, double width, float... dash) {
    out.append("<path fill=\"none\"").append(paint("s", "stroke", ink));
    out.append(" stroke-width=\"").append(n(width)).append('"');
    out.append(" stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    if (dash.length > 0) {
      out.append(" stroke-dasharray=\"");
      for (int i = 0; i < dash.length; i++) {
        out.append(i == 0 ? "" : " ").append(n(dash[i]));
      }
      out.append('"');
    }
    out.append(" d=\"").append(path(shape)).append("\"/>");
  }

  @Override
  public void text(
      String text, double x, double y, TextStyle style, Anchor anchor, double degrees) {
    out.append("<text x=\"").append(n(x)).append("\" y=\"").append(n(y)).append('"');
    out.append(paint("f", "fill", style.ink()));
    out.append(" font-size=\"").append(n(style.size())).append('"');
    if (style.bold()) {
      out.append(" font-weight=\"600\"");
    }
    if (anchor != Anchor.START) {
      out.append(" text-anchor=\"").append(anchor == Anchor.MIDDLE ? "middle" : "end").append('"');
    }
    if (degrees != 0) {
      out.append(" transform=\"rotate(").append(n(degrees)).append(' ');
      out.append(n(x)).append(' ').append(n(y)).append(")\"");
    }
    out.append('>').append(Html.escape(text)).append("</text>");
  }

  @Override
  public void pixels(BufferedImage image, Rectangle2D area) {
    out.append("<image x=\"").append(n(area.getX())).append("\" y=\"").append(n(area.getY()));
    out.append("\" width=\"").append(n(area.getWidth())).append("\" height=\"");
    out.append(n(area.getHeight())).append("\" preserveAspectRatio=\"none\"");
    out.append(" style=\"image-rendering:pixelated\" xlink:href=\"");
    out.append(Html.pngDataUri(Png.encode(image))).append("\"/>");
  }

  /** A nested viewport clips without an id, which would have to be unique in the whole page. */
  @Override
  public void clip(Rectangle2D area) {
    String box = n(area.getWidth()) + " " + n(area.getHeight());
    out.append("<svg overflow=\"hidden\" x=\"").append(n(area.getX())).append("\" y=\"");
    out.append(n(area.getY())).append("\" width=\"").append(n(area.getWidth()));
    out.append("\" height=\"").append(n(area.getHeight())).append("\" viewBox=\"");
    out.append(n(area.getX())).append(' ').append(n(area.getY())).append(' ').append(box);
    out.append("\">");
  }

  @Override
  public void endClip() {
    out.append("</svg>");
  }

  @Override
  public void group(String name) {
    out.append("<g><title>").append(Html.escape(name)).append("</title>");
  }

  @Override
  public void endGroup() {
    out.append("</g>");
  }

  private static String paint(String prefix, String attribute, Ink ink) {
    String color = " " + attribute + "=\"" + Ink.hex(ink.light()) + "\"";
    return ink.key().isEmpty() ? color : " class=\"" + prefix + "-" + ink.key() + "\"" + color;
  }

  private static String path(Shape shape) {
    var d = new StringBuilder();
    double[] p = new double[6];
    for (PathIterator i = shape.getPathIterator(null); !i.isDone(); i.next()) {
      switch (i.currentSegment(p)) {
        case PathIterator.SEG_MOVETO -> point(d.append('M'), p, 2);
        case PathIterator.SEG_LINETO -> point(d.append('L'), p, 2);
        case PathIterator.SEG_QUADTO -> point(d.append('Q'), p, 4);
        case PathIterator.SEG_CUBICTO -> point(d.append('C'), p, 6);
        default -> d.append('Z');
      }
    }
    return d.toString();
  }

  private static void point(StringBuilder d, double[] p, int count) {
    for (int i = 0; i < count; i++) {
      d.append(i == 0 ? "" : " ").append(n(p[i]));
    }
  }

  /** Hundredths are finer than any screen and keep files small. */
  private static String n(double value) {
    long hundredths = Math.round(value * 100);
    if (hundredths % 100 == 0) {
      return Long.toString(hundredths / 100);
    }
    return String.format(Locale.ROOT, hundredths % 10 == 0 ? "%.1f" : "%.2f", hundredths / 100.0);
  }
}
