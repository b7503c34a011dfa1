package dev.melange.search;

import java.time.LocalDate;
import java.util.List;

/**
 * What the index knows of a paper. All texts are plain, without TeX.
 *
 * @param id in the store
 * @param publicId of arXiv, or {@code local:} and its name
 * @param title its title
 * @param text its abstract, or the summary of its card; empty if there is neither
 * @param authors names, may be empty
 * @param organisation its organisation's name, or null
 * @param keywords such as the names of its models, may be empty
 * @param categories such as {@code cs.CV}, may be empty
 * @param published the day of its first version
 * @param has which of {@code code}, {@code project} and {@code model} it has
 * @param vector of length 1, or null when no encoder was there
 */
public record PaperDocument(
    long id,
    String publicId,
    String title,
    String text,
    List<String> authors,
    String organisation,
    List<String> keywords,
    List<String> categories,
    LocalDate published,
    List<String> has,
    float[] vector) {
  /** Copies the lists. */
  public PaperDocument {
    authors = List.copyOf(authors);
    keywords = List.copyOf(keywords);
    categories = List.copyOf(categories);
    has = List.copyOf(has);
  }

  /** What its vector is computed from: title and text, as one passage. */
  public String passage() {
    return passage(title, text);
  }

  static String passage(String title, String text) {
    return text.isEmpty() ? title : title + ". " + text;
  }

  /** The same with a vector. */
  public PaperDocument with(float[] newVector) {
    return new PaperDocument(
        id,
        publicId,
        title,
        text,
        authors,
        organisation,
        keywords,
        categories,
        published,
        has,
        newVector);
  }
}
