package dev.melange.report;

/**
 * How a text of a chart is set, and how wide it will be.
 *
 * @param ink colour
 * @param size in CSS pixels
 * @param bold heavier weight
 */
record TextStyle(Ink ink, double size, boolean bold) {
  static final TextStyle TITLE = new TextStyle(Ink.TEXT, 15, true);
  static final TextStyle LABEL = new TextStyle(Ink.TEXT, 12, false);
  static final TextStyle TICK = new TextStyle(Ink.MUTED, 12, false);

  /**
   * Estimated width in pixels. Layout must not depend on the fonts of the machine that writes the
   * file, for the reader's machine has others; the estimate is that of a wide sans-serif.
   */
  double width(String text) {
    double em = text.codePoints().mapToDouble(TextStyle::em).sum();
    return em * size * (bold ? 1.08 : 1.0);
  }

  /** The text, or its beginning with an ellipsis when it is wider than {@code limit} pixels. */
  String fit(String text, double limit) {
    if (width(text) <= limit) {
      return text;
    }
    int[] points = text.codePoints().toArray();
    int keep = points.length;
    while (keep > 0 && width(new String(points, 0, keep) + "…") > limit) {
      keep--;
    }
    return new String(points, 0, keep).stripTrailing() + "…";
  }

  TextStyle with(Ink other) {
    return new TextStyle(other, size, bold);
  }

  private static double em(int c) {
    if (c >= 0x1100) {
      return c >= 0x2E80 ? 1.05 : 0.62;
    }
    if ("ijl|'!.,:;I[]() ftr".indexOf(c) >= 0) {
      return 0.34;
    }
    if ("mwMW@%—…".indexOf(c) >= 0) {
      return 0.92;
    }
    return Character.isUpperCase(c) ? 0.68 : 0.59;
  }
}
