package dev.melange.data;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Size and SHA-256 of contents, unpacked if they are gzip.
 *
 * @param bytes size of the contents
 * @param sha256 SHA-256 of the contents, in lower-case hexadecimal
 */
public record ContentHash(long bytes, String sha256) {
  /** Reads everything. */
  public static ContentHash of(Source source) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    long bytes = 0;
    try (InputStream in = source.open()) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        bytes += n;
      }
    }
    return new ContentHash(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /** What differs from a known file, in words; empty if nothing. */
  Optional<String> difference(SetFile known) {
    if (bytes != known.bytes()) {
      return Optional.of("%,d bytes, expected %,d".formatted(bytes, known.bytes()));
    }
    return sha256.equals(known.sha256())
        ? Optional.empty()
        : Optional.of("SHA-256 %s, expected %s".formatted(sha256, known.sha256()));
  }
}
