package dev.melange.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A colour with a meaning, so that one drawing is readable on light and on dark paper.
 *
 * @param key the CSS class suffix that switches it in dark mode; empty for a fixed colour
 * @param light 0xRRGGBB on light paper
 * @param dark 0xRRGGBB on dark paper
 */
record Ink(String key, int light, int dark) {
  static final Ink TEXT = new Ink("t", 0x1F2430, 0xE6E9EF);
  static final Ink MUTED = new Ink("m", 0x5B6472, 0xA3ACBA);
  static final Ink GRID = new Ink("g", 0xE3E6EB, 0x30363F);
  static final Ink AXIS = new Ink("a", 0x9AA3B0, 0x6B7482);
  static final Ink PAPER = new Ink("p", 0xFFFFFF, 0x16191E);

  /** Distinct for the common kinds of colour blindness; at least 3:1 against either paper. */
  private static final List<Ink> SERIES =
      List.of(
          new Ink("0", 0x0067B1, 0x5AAEEB),
          new Ink("1", 0xD1480A, 0xFF8A4C),
          new Ink("2", 0x00875F, 0x3CC79A),
          new Ink("3", 0x9B4F96, 0xD293D0),
          new Ink("4", 0xB87900, 0xF0B840),
          new Ink("5", 0x2A8CC7, 0x9ADAFF),
          new Ink("6", 0x882255, 0xF08BB0),
          new Ink("7", 0x4B5563, 0xB4BCC8));

  /** The colour of series {@code i}; repeats after eight. */
  static Ink series(int i) {
    return SERIES.get(Math.floorMod(i, SERIES.size()));
  }

  /** Number of different series colours. */
  static int seriesCount() {
    return SERIES.size();
  }

  /** The same colour on any paper. */
  static Ink fixed(int rgb) {
    return new Ink("", rgb, rgb);
  }

  /** {@code #rrggbb}. */
  static String hex(int rgb) {
    return String.format("#%06x", rgb & 0xFFFFFF);
  }

  /**
   * CSS rules that give every fill ({@code .f-key}) and stroke ({@code .s-key}) its colour.
   *
   * @param scope selector put before each rule, for example {@code ".chart "}
   */
  static String css(String scope, boolean dark) {
    var out = new StringBuilder();
    var inks = new ArrayList<>(List.of(TEXT, MUTED, GRID, AXIS, PAPER));
    inks.addAll(SERIES);
    for (Ink ink : inks) {
      String color = hex(dark ? ink.dark : ink.light);
      out.append(scope).append(".f-").append(ink.key).append("{fill:").append(color).append('}');
      out.append(scope).append(".s-").append(ink.key).append("{stroke:").append(color).append('}');
    }
    return out.toString();
  }
}
