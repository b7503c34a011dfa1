package dev.melange.feed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Titles as they are compared. */
public final class Titles {
  private Titles() {}

  /**
   * The letters and digits of a title without accents and in lower case, so that hyphens, quotes
   * and TeX's spellings make no difference.
   */
  public static String normalised(String title) {
    String plain = Normalizer.normalize(TexText.plain(title), Normalizer.Form.NFKD);
    StringBuilder kept = new StringBuilder();
    plain
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(Character::isLetterOrDigit)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }

  /** What two equal titles have in common and different ones have not: a hash, in hexadecimal. */
  public static String key(String title) {
    return sha256(normalised(title).getBytes(StandardCharsets.UTF_8));
  }

  /** The SHA-256 of some bytes, in hexadecimal. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** A short form for addresses: lower-case ASCII words joined by dashes, at most 80 characters. */
  public static String slug(String title) {
    String plain = Normalizer.normalize(TexText.plain(title), Normalizer.Form.NFKD);
    String words =
        plain
            .replaceAll("\\p{M}+", "")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    String cut = words.length() <= 80 ? words : words.substring(0, 80).replaceAll("-+$", "");
    return cut.isEmpty() ? "paper-" + key(title).substring(0, 12) : cut;
  }

  /** How much two titles share: the words of both over the words of either, from 0 to 1. */
  public static double similarity(String a, String b) {
    Set<String> first = words(a);
    Set<String> second = words(b);
    Set<String> either = new TreeSet<>(first);
    either.addAll(second);
    first.retainAll(second);
    return either.isEmpty() ? 0 : (double) first.size() / either.size();
  }

  private static Set<String> words(String title) {
    String[] words = TexText.plain(title).toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+", -1);
    Set<String> set = new TreeSet<>(Arrays.asList(words));
    set.remove("");
    return set;
  }
}
