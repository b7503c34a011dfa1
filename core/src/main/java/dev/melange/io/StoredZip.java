package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of a zip archive as ranges of the file. PyTorch stores tensors uncompressed, so
 * that these ranges can be mapped; nothing is ever decompressed, so there can be no decompression
 * bomb. Zip64 is understood, encrypted entries are refused.
 */
final class StoredZip {
  static final int MOST_ENTRIES = 500_000;

  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int ZIP64_FIELD = 1;
  private static final long ESCAPE32 = 0xffffffffL;
  private static final String FETCH_AGAIN = "the file is damaged or incomplete: fetch it again";
  private static final String SAVE_AGAIN = "save it again with torch.save";

  /**
   * A range of the file.
   *
   * @param stored whether these are the entry's plain bytes, not compressed ones
   */
  record Range(long begin, long size, boolean stored) {}

  private record Directory(long begin, long size, long count) {}

  private final MappedFile file;

  private StoredZip(MappedFile file) {
    this.file = file;
  }

  /** The bytes of each entry by its name, in the directory's order. */
  static Map<String, Range> entries(MappedFile file) throws IOException {
    return new StoredZip(file).read();
  }

  private Map<String, Range> read() throws IOException {
    Directory directory = directory();
    if (directory.count < 0 || directory.count > MOST_ENTRIES) {
      throw corrupt(
          "the archive says it has "
              + Long.toUnsignedString(directory.count)
              + " entries, the most is "
              + MOST_ENTRIES,
          SAVE_AGAIN);
    }
    if (directory.begin < 0
        || directory.size < 0
        || directory.size > Integer.MAX_VALUE
        || directory.begin > file.size() - directory.size
        || directory.size / CENTRAL_BYTES < directory.count) {
      throw corrupt("the archive's directory is not inside the file", FETCH_AGAIN);
    }
    ByteBuffer bytes = file.slice(directory.begin, (int) directory.size);
    Map<String, Range> entries = new LinkedHashMap<>();
    for (long i = 0; i < directory.count; i++) {
      readEntry(bytes, directory.begin, entries);
    }
    checkOverlaps(entries);
    return Collections.unmodifiableMap(entries);
  }

  private Directory directory() throws IOException {
    int tail = (int) Math.min(file.size(), END_BYTES + LONGEST_COMMENT);
    ByteBuffer bytes = file.slice(file.size() - tail, tail);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      if (bytes.getInt(at) == END
          && Short.toUnsignedInt(bytes.getShort(at + 20)) == tail - END_BYTES - at) {
        long end = file.size() - tail + at;
        if (end >= LOCATOR_BYTES) {
          ByteBuffer locator = file.slice(end - LOCATOR_BYTES, LOCATOR_BYTES);
          if (locator.getInt(0) == LOCATOR) {
            return directory64(locator.getLong(8));
          }
        }
        return new Directory(
            Integer.toUnsignedLong(bytes.getInt(at + 16)),
            Integer.toUnsignedLong(bytes.getInt(at + 12)),
            Short.toUnsignedInt(bytes.getShort(at + 10)));
      }
    }
    throw corrupt("the archive has no end record", FETCH_AGAIN);
  }

  private Directory directory64(long at) throws IOException {
    if (at < 0 || at > file.size() - END64_BYTES || file.slice(at, 4).getInt() != END64) {
      throw corrupt("the archive has no zip64 end record where it should be", FETCH_AGAIN);
    }
    ByteBuffer bytes = file.slice(at, END64_BYTES);
    return new Directory(bytes.getLong(48), bytes.getLong(40), bytes.getLong(32));
  }

  private void readEntry(ByteBuffer bytes, long limit, Map<String, Range> entries)
      throws IOException {
    if (bytes.remaining() < CENTRAL_BYTES || bytes.getInt(bytes.position()) != CENTRAL) {
      throw corrupt("the archive's directory is cut short", FETCH_AGAIN);
    }
    ByteBuffer head = bytes.slice(bytes.position(), CENTRAL_BYTES).order(bytes.order());
    bytes.position(bytes.position() + CENTRAL_BYTES);
    int nameLength = Short.toUnsignedInt(head.getShort(28));
    int extraLength = Short.toUnsignedInt(head.getShort(30));
    int commentLength = Short.toUnsignedInt(head.getShort(32));
    if (bytes.remaining() < nameLength + extraLength + commentLength) {
      throw corrupt("the archive's directory is cut short", FETCH_AGAIN);
    }
    byte[] nameBytes = new byte[nameLength];
    bytes.get(nameBytes);
    String name = new String(nameBytes, StandardCharsets.UTF_8);
    checkName(name);
    ByteBuffer extra = bytes.slice(bytes.position(), extraLength).order(bytes.order());
    bytes.position(bytes.position() + extraLength + commentLength);

    String entry = "the archive's entry " + CorruptFileException.quote(name);
    if ((head.getShort(8) & 1) != 0) {
      throw corrupt(entry + " is encrypted", SAVE_AGAIN);
    }
    boolean stored = head.getShort(10) == 0;
    long compressed = Integer.toUnsignedLong(head.getInt(20));
    long size = Integer.toUnsignedLong(head.getInt(24));
    long local = Integer.toUnsignedLong(head.getInt(42));
    if (compressed == ESCAPE32 || size == ESCAPE32 || local == ESCAPE32) {
      ByteBuffer wide = zip64(extra, entry);
      size = size == ESCAPE32 ? next(wide, entry) : size;
      compressed = compressed == ESCAPE32 ? next(wide, entry) : compressed;
      local = local == ESCAPE32 ? next(wide, entry) : local;
    }
    if (stored && compressed != size) {
      throw corrupt(
          entry + " has " + size + " bytes, but takes " + compressed + " though it is stored",
          FETCH_AGAIN);
    }
    if (entries.putIfAbsent(name, range(entry, local, compressed, limit, stored)) != null) {
      throw corrupt(entry + " is there twice", SAVE_AGAIN);
    }
  }

  private Range range(String entry, long local, long size, long limit, boolean stored)
      throws IOException {
    if (local < 0
        || local > limit - LOCAL_BYTES
        || file.slice(local, LOCAL_BYTES).getInt() != LOCAL) {
      throw corrupt(entry + " has no header where it should be, at " + local, FETCH_AGAIN);
    }
    ByteBuffer header = file.slice(local, LOCAL_BYTES);
    long begin =
        local
            + LOCAL_BYTES
            + Short.toUnsignedInt(header.getShort(26))
            + Short.toUnsignedInt(header.getShort(28));
    if (size < 0 || begin > limit - size) {
      throw corrupt(
          entry + " of " + size + " bytes at " + begin + " is not inside the file", FETCH_AGAIN);
    }
    return new Range(begin, size, stored);
  }

  private ByteBuffer zip64(ByteBuffer extra, String entry) throws CorruptFileException {
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      if (length > extra.remaining()) {
        break;
      }
      if (id == ZIP64_FIELD) {
        return extra.slice(extra.position(), length).order(extra.order());
      }
      extra.position(extra.position() + length);
    }
    throw corrupt(entry + " lacks its zip64 sizes", FETCH_AGAIN);
  }

  private long next(ByteBuffer wide, String entry) throws CorruptFileException {
    if (wide.remaining() < Long.BYTES) {
      throw corrupt(entry + " lacks its zip64 sizes", FETCH_AGAIN);
    }
    return wide.getLong();
  }

  // Nothing is ever unpacked to the disk; such a name still tells that the archive is not honest.
  private void checkName(String name) throws CorruptFileException {
    boolean climbs = List.of(name.split("/", -1)).contains("..");
    if (name.isEmpty() || name.startsWith("/") || name.indexOf('\\') >= 0 || climbs) {
      throw corrupt(
          "the archive has an entry with the unsafe name " + CorruptFileException.quote(name),
          "get the file from a source you trust");
    }
  }

  private void checkOverlaps(Map<String, Range> entries) throws CorruptFileException {
    List<Range> ranges = new ArrayList<>(entries.values());
    ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::size));
    long end = 0;
    for (Range range : ranges) {
      if (range.begin < end) {
        throw corrupt("entries of the archive overlap at " + range.begin, FETCH_AGAIN);
      }
      end = range.begin + range.size;
    }
  }

  private CorruptFileException corrupt(String problem, String advice) {
    return new CorruptFileException(file.path(), problem, advice);
  }
}
