package dev.melange.report;

import java.util.Base64;

/** Escaping for text that goes into HTML or SVG: no string of a user may end its element. */
final class Html {
  private Html() {}

  /**
   * Escapes text for element content and for double- or single-quoted attributes. Characters that
   * XML 1.0 does not allow (most controls, lone surrogates) become U+FFFD, so that the result is
   * well formed in both languages; {@code null} becomes the empty string.
   */
  static String escape(String text) {
    if (text == null) {
      return "";
    }
    var out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  private static boolean isXml(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0x7F)
        || (c >= 0xA0 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }

  /** The bytes of a PNG file as a data URI. */
  static String pngDataUri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}
