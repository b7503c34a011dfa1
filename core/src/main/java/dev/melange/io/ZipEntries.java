package dev.melange.io;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Lists archives that are not trusted. */
public final class ZipEntries {
  private ZipEntries() {}

  /**
   * The entries of an archive in the order of its directory.
   *
   * @throws ZipException if a name or a comment is not text; {@link ZipFile#entries} then throws
   *     what callers do not expect of a damaged file
   */
  public static List<ZipEntry> of(ZipFile archive) throws ZipException {
    try {
      return new ArrayList<>(Collections.list(archive.entries()));
    } catch (IllegalArgumentException e) {
      ZipException damaged = new ZipException("the name or the comment of an entry is not text");
      damaged.initCause(e);
      throw damaged;
    }
  }
}
