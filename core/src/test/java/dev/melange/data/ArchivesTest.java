package dev.melange.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchivesTest {
  @TempDir Path folder;

  private Path zip(int bytes, String... names) throws IOException {
    Path zip = folder.resolve("a.zip");
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String name : names) {
        entries.putNextEntry(new ZipEntry(name));
        entries.write(name.endsWith("/") ? new byte[0] : new byte[bytes]);
        entries.closeEntry();
      }
    }
    return zip;
  }

  private Path target() {
    return folder.resolve("out");
  }

  private void refuses(Path zip, String message) {
    assertThatThrownBy(() -> Archives.extractZip(zip, target(), 10, 1 << 20))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.zip")
        .hasMessageContaining(message);
  }

  @AfterEach
  void leavesNothingButTheArchive() throws IOException {
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString())).isSubsetOf("a.zip", "out");
    }
  }

  @Test
  void unpacksFilesAndFolders() throws IOException {
    Archives.extractZip(zip(5, "a.txt", "b/", "b/c/d.txt"), target(), 10, 1 << 20);
    assertThat(target().resolve("a.txt")).hasSize(5);
    assertThat(target().resolve("b/c/d.txt")).hasSize(5);
    assertThatThrownBy(() -> Archives.extractZip(zip(1, "x"), target(), 10, 10))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "C:/evil", "..", "a/.."})
  void refusesEntriesOutsideTheFolder(String name) throws IOException {
    refuses(zip(5, "ok", name), "'" + name + "' would be written outside the folder");
    assertThat(target()).doesNotExist();
    assertThat(folder.resolveSibling("evil")).doesNotExist();
  }

  @Test
  void refusesBombs() throws IOException {
    refuses(zip(600_000, "a", "b"), "unpacks to more than 1,048,576 bytes (at entry b)");
    refuses(zip(0, names(11)), "has 11 entries; the limit is 10");
    assertThat(target()).doesNotExist();
  }

  private static String[] names(int count) {
    String[] names = new String[count];
    Arrays.setAll(names, i -> "file" + i);
    return names;
  }

  @Test
  void refusesLinks() throws IOException {
    Path zip = zip(5, "link");
    byte[] bytes = Files.readAllBytes(zip);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int entry = in.getInt(bytes.length - 22 + 16);
    in.put(entry + 5, (byte) 3);
    in.putInt(entry + 38, 0xa1ff << 16);
    Files.write(zip, bytes);
    refuses(zip, "entry 'link' is a link or a device");
  }

  @Test
  void refusesAFileThatIsAlsoAFolder() throws IOException {
    refuses(zip(10, "a", "a/b"), "entry a/b needs a folder where another entry is a file");
  }

  @Test
  void refusesCommentsThatAreNoText() throws IOException {
    Path zip = folder.resolve("a.zip");
    try (ZipOutputStream entries = new ZipOutputStream(Files.newOutputStream(zip))) {
      ZipEntry entry = new ZipEntry("a");
      entry.setComment("xyz");
      entries.putNextEntry(entry);
      entries.closeEntry();
    }
    byte[] bytes = Files.readAllBytes(zip);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.lastIndexOf("xyz")] = (byte) 0xff;
    Files.write(zip, bytes);
    refuses(zip, "the name or the comment of an entry is not text");
  }

  @Test
  void refusesWhatIsNoZip() throws IOException {
    Path zip = folder.resolve("a.zip");
    Files.writeString(zip, "no zip at all, but long enough to look for a directory in it");
    refuses(zip, "is not an intact zip file (it has no directory)");
  }

  @Test
  void damagedArchivesGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("ArchivesTest seed " + seed);
    Random random = new Random(seed);
    byte[] good = Files.readAllBytes(zip(100, "a", "b/c"));
    for (int i = 0; i < 1000; i++) {
      byte[] bad =
          random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      for (int n = random.nextInt(6); n > 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      Path zip = folder.resolve("a.zip");
      Files.write(zip, bad);
      try {
        Archives.extractZip(zip, target(), 10, 1 << 20);
        Archives.delete(target());
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("a.zip");
      }
      assertThat(target()).doesNotExist();
    }
  }
}
