package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;

  @Test
  void writesTextBytesAndStreamsAndCreatesFolders() throws IOException {
    Path text = folder.resolve("a/b/text.txt");
    AtomicFiles.write(text, "größer");
    assertThat(text).hasContent("größer");
    AtomicFiles.write(text, new byte[] {1, 2});
    assertThat(text).hasBinaryContent(new byte[] {1, 2});
    AtomicFiles.write(text, out -> out.write("streamed".getBytes(StandardCharsets.UTF_8)));
    assertThat(text).hasContent("streamed");
    assertThat(names(text.getParent())).containsExactly("text.txt");
  }

  @Test
  void leavesTheOldContentAndNoTemporaryFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("kept.txt");
    AtomicFiles.write(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("disk on fire");
                    }))
        .hasMessage("disk on fire");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    file,
                    out -> {
                      throw new IllegalStateException("bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(file).hasContent("old");
    assertThat(names(folder)).containsExactly("kept.txt");
  }

  @Test
  void refusesAFolderAsTarget() {
    assertThatThrownBy(() -> AtomicFiles.write(folder, "x"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("not a regular file");
  }

  @Test
  void keepsPermissionsAndSymbolicLinks() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null,
        "permissions and links are those of a POSIX file system");
    Path file = folder.resolve("secret");
    AtomicFiles.write(file, "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    AtomicFiles.write(link, "new");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
