package dev.melange.report;

import java.awt.Color;

/** Colour scales from a few control points, linearly interpolated in sRGB. */
public enum ColorMap {
  /** Dark violet to yellow, perceptually even, safe for colour-blind readers; for magnitudes. */
  VIRIDIS(0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725),
  /** Black over red to pale yellow; for heat laid over photographs. */
  INFERNO(0x000004, 0x210C4A, 0x57106E, 0x8A226A, 0xBC3754, 0xE45A31, 0xF98E09, 0xF9CB35, 0xFCFFA4),
  /** White to dark blue; for probabilities, counts and attention. */
  BLUES(0xF7FBFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B),
  /** White to orange; for activations behind text. */
  ORANGES(0xFFFFFF, 0xFFE9D1, 0xFFD0A1, 0xFFB366, 0xFD9231, 0xF07818),
  /** Blue over white to red, white in the middle; for signed values such as weights. */
  DIVERGING(
      0x0B3C7D, 0x2F79B5, 0x8EC0DD, 0xD8E9F2, 0xFFFFFF, 0xFBDFD0, 0xF0A582, 0xCB4A43, 0x7A0A22),
  /** Black to white; for pictures of one channel. */
  GRAY(0x000000, 0xFFFFFF);

  private final int[] points;

  ColorMap(int... points) {
    this.points = points;
  }

  /**
   * The colour at a position.
   *
   * @param position from 0 to 1; values outside are clamped, NaN gives middle grey
   * @return 0xRRGGBB
   */
  public int rgb(double position) {
    if (Double.isNaN(position)) {
      return 0x808080;
    }
    double at = Math.min(1, Math.max(0, position)) * (points.length - 1);
    int i = Math.min((int) at, points.length - 2);
    return mix(points[i], points[i + 1], at - i);
  }

  /** {@code a} at {@code share} 0, {@code b} at 1, channel by channel. */
  static int mix(int a, int b, double share) {
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int x = (a >> shift) & 0xFF;
      int y = (b >> shift) & 0xFF;
      rgb |= (int) Math.round(x + (y - x) * share) << shift;
    }
    return rgb;
  }

  /** Whether text on this colour should be dark: relative luminance of WCAG 2 above 0.18. */
  static boolean isLight(int rgb) {
    float[] c = new Color(rgb).getRGBColorComponents(null);
    double luminance = 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    return luminance > 0.18;
  }

  private static double linear(double c) {
    return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }
}
