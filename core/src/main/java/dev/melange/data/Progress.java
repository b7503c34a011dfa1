package dev.melange.data;

/** Hears how a download goes on. */
@FunctionalInterface
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (file, received, total) -> {};

  /**
   * Some more bytes have come.
   *
   * @param file the file's name
   * @param received bytes so far, those of an earlier attempt included
   * @param total all bytes, or -1 if unknown
   */
  void update(String file, long received, long total);
}
