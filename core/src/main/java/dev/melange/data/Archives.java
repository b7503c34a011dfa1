package dev.melange.data;

import dev.melange.io.ZipEntries;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Unpacks zip files that nobody vouches for. */
public final class Archives {
  private static final int END_RECORD = 0x06054b50;
  private static final int DIRECTORY_ENTRY = 0x02014b50;
  private static final int MAX_COMMENT = 65_535;
  private static final int UNIX = 3;
  private static final int TYPE_MASK = 0xf000;
  private static final int REGULAR = 0x8000;
  private static final int DIRECTORY = 0x4000;

  private Archives() {}

  /**
   * Unpacks a zip file into a new folder: all of it or nothing.
   *
   * @param zip the archive
   * @param folder the folder to make; must not exist
   * @param maxEntries most files and folders there may be
   * @param maxBytes most bytes all files together may have
   * @throws DataException if the archive is damaged, too large, or has entries that would leave the
   *     folder, are links or devices, or are there twice; names the entry
   */
  public static void extractZip(Path zip, Path folder, int maxEntries, long maxBytes)
      throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target + " exists; choose another folder");
    }
    Files.createDirectories(target.getParent());
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "-" + UUID.randomUUID() + ".part");
    try {
      refuseLinks(zip);
      Files.createDirectory(temporary);
      try (ZipFile archive = new ZipFile(zip.toFile())) {
        extract(zip, archive, temporary, maxEntries, maxBytes);
      }
      Files.move(temporary, target);
    } catch (ZipException | EOFException e) {
      throw new DataException(zip + " is not an intact zip file (" + e.getMessage() + ")", e);
    } finally {
      delete(temporary);
    }
  }

  private static void extract(Path zip, ZipFile archive, Path target, int maxEntries, long maxBytes)
      throws IOException {
    if (archive.size() > maxEntries) {
      throw new DataException(
          "%s has %,d entries; the limit is %,d".formatted(zip, archive.size(), maxEntries));
    }
    long left = maxBytes;
    for (ZipEntry entry : ZipEntries.of(archive)) {
      Path file = inside(zip, target, entry.getName());
      Path parent = entry.isDirectory() ? file : file.getParent();
      try {
        Files.createDirectories(parent);
      } catch (FileAlreadyExistsException e) {
        throw new DataException(
            "%s: entry %s needs a folder where another entry is a file"
                .formatted(zip, entry.getName()),
            e);
      }
      if (entry.isDirectory()) {
        continue;
      }
      try (InputStream in = archive.getInputStream(entry);
          OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          left -= n;
          if (left < 0) {
            throw new DataException(
                "%s unpacks to more than %,d bytes (at entry %s)"
                    .formatted(zip, maxBytes, entry.getName()));
          }
          out.write(buffer, 0, n);
        }
      } catch (FileAlreadyExistsException e) {
        throw new DataException(zip + ": entry " + entry.getName() + " is there twice", e);
      }
    }
  }

  private static Path inside(Path zip, Path target, String name) {
    boolean odd =
        name.isEmpty()
            || name.startsWith("/")
            || name.contains("\\")
            || name.contains(":")
            || name.indexOf('\0') >= 0
            || List.of(name.split("/")).contains("..");
    Path file = odd ? target : target.resolve(name).normalize();
    if (file.equals(target) || !file.startsWith(target)) {
      throw new DataException(
          "%s: entry '%s' would be written outside the folder; the archive is not to be trusted"
              .formatted(zip, name));
    }
    return file;
  }

  // java.util.zip hides the file type that Unix programs store, so the directory is read here.
  private static void refuseLinks(Path zip) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(zip.toFile(), "r")) {
      ByteBuffer end = read(file, Math.max(0, file.length() - 22 - MAX_COMMENT), file.length());
      int at = end.limit() - 22;
      while (at >= 0 && end.getInt(at) != END_RECORD) {
        at--;
      }
      if (at < 0) {
        throw new ZipException("it has no directory");
      }
      long size = Integer.toUnsignedLong(end.getInt(at + 12));
      long start = Integer.toUnsignedLong(end.getInt(at + 16));
      if (start + size > file.length() || size > Integer.MAX_VALUE) {
        throw new ZipException("its directory lies outside the file, or it is of the ZIP64 kind");
      }
      ByteBuffer directory = read(file, start, start + size);
      while (directory.remaining() >= 46
          && directory.getInt(directory.position()) == DIRECTORY_ENTRY) {
        int entry = directory.position();
        int nameLength = directory.getShort(entry + 28) & 0xffff;
        int length =
            46
                + nameLength
                + (directory.getShort(entry + 30) & 0xffff)
                + (directory.getShort(entry + 32) & 0xffff);
        if (length > directory.remaining()) {
          throw new ZipException("its directory is cut off");
        }
        int type = directory.getInt(entry + 38) >>> 16 & TYPE_MASK;
        boolean unix = directory.get(entry + 5) == UNIX;
        if (unix && type != 0 && type != REGULAR && type != DIRECTORY) {
          byte[] name = new byte[nameLength];
          directory.get(entry + 46, name);
          throw new DataException(
              "%s: entry '%s' is a link or a device; the archive is not to be trusted"
                  .formatted(zip, new String(name, StandardCharsets.UTF_8)));
        }
        directory.position(entry + length);
      }
    }
  }

  private static ByteBuffer read(RandomAccessFile file, long from, long to) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(to - from)];
    file.seek(from);
    file.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
