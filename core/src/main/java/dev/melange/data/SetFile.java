package dev.melange.data;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file of a named data set. Size and hash are those of the contents, unpacked if the file is
 * gzip: the same data compressed by another program are the same data.
 *
 * @param name the file's name in the set's folder; the file may also be there as {@code name.gz}
 * @param bytes size of the contents
 * @param sha256 SHA-256 of the contents, in lower-case hexadecimal
 * @param urls where it can be fetched, in order of preference; empty if it has to be placed by hand
 */
public record SetFile(String name, long bytes, String sha256, List<URI> urls) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** Checks the hash and copies the list. */
  public SetFile {
    urls = List.copyOf(urls);
    if (!HASH.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          name + ": a SHA-256 has 64 hexadecimal digits, got '" + sha256 + "'");
    }
    if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.contains("..")) {
      throw new IllegalArgumentException("'" + name + "' is not a plain file name");
    }
  }

  /** Bytes a download may have: gzip makes incompressible data a little larger. */
  long maxTransfer() {
    return bytes + bytes / 100 + (1 << 16);
  }
}
