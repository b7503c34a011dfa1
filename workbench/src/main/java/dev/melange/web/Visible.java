package dev.melange.web;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names and titles without characters that nobody sees: those that turn the direction of writing,
 * have no width, or control something are written out, so that no name passes for another.
 */
final class Visible {
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[\\p{Cc}\\u00AD\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180E\\u200B\\u200E\\u200F"
              + "\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB"
              + "\\x{E0000}-\\x{E007F}]");

  private Visible() {}

  /** The text with each of them as {@code [U+202E]}; null stays null. */
  static String text(String text) {
    return text == null
        ? null
        : UNSEEN
            .matcher(text)
            .replaceAll(
                found -> String.format(Locale.ROOT, "[U+%04X]", found.group().codePointAt(0)));
  }
}
