package dev.melange.demo;

import java.util.List;

/**
 * What a demonstration shows.
 *
 * @param summary one sentence
 * @param shares parts of a whole, largest first: probabilities of classes, a soft label
 * @param pictures in the order they are to be shown
 * @param passages of a text, with how strongly each piece is marked
 * @param columns of the table, empty without one
 * @param rows of the table
 */
public record DemoResult(
    String summary,
    List<Share> shares,
    List<Picture> pictures,
    List<Passage> passages,
    List<String> columns,
    List<List<String>> rows) {
  /**
   * A part of a whole.
   *
   * @param name what it is
   * @param value 0 to 1
   */
  public record Share(String name, double value) {}

  /**
   * A picture.
   *
   * @param caption what it shows
   * @param png its file
   * @param width in pixels
   * @param height in pixels
   */
  public record Picture(String caption, byte[] png, int width, int height) {}

  /**
   * A piece of text.
   *
   * @param text plain
   * @param strength 0 to 1
   */
  public record Piece(String text, double strength) {}

  /**
   * Some lines under a heading.
   *
   * @param title plain
   * @param lines each of pieces
   */
  public record Passage(String title, List<List<Piece>> lines) {
    /** Copies the lists. */
    public Passage {
      lines = lines.stream().map(List::copyOf).toList();
    }
  }

  /** Copies the lists. */
  public DemoResult {
    shares = List.copyOf(shares);
    pictures = List.copyOf(pictures);
    passages = List.copyOf(passages);
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
  }

  static DemoResult of(String summary, List<Share> shares, List<Picture> pictures) {
    return new DemoResult(summary, shares, pictures, List.of(), List.of(), List.of());
  }

  DemoResult withTable(List<String> header, List<List<String>> body) {
    return new DemoResult(summary, shares, pictures, passages, header, body);
  }
}
