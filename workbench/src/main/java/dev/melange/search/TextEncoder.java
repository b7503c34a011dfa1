package dev.melange.search;

import java.util.List;

/** Makes vectors of texts whose products tell how alike the texts are. Safe for many threads. */
public interface TextEncoder extends AutoCloseable {
  /** The model's name; with {@link #maxTokens} it tells vectors of different origin apart. */
  String model();

  /** The tokens a text is cut to. */
  int maxTokens();

  /**
   * The vectors of some texts.
   *
   * @param texts any texts
   * @return for each a vector of length 1, all of the same size
   */
  List<float[]> encode(List<String> texts);

  @Override
  void close();
}
