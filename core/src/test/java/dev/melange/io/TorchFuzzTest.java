package dev.melange.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFuzzTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types-protocol4.pt", "views.pt", "checkpoint.pt"})
  void readsOrRefusesEveryMutation(String name) throws IOException {
    new Mutations("TorchFuzzTest " + name, Files.readAllBytes(TorchFileTest.resource(name)))
        .check(folder, 2000, TorchFile::open);
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types-protocol4.pt", "views.pt", "checkpoint.pt"})
  void unpicklesOrRefusesEveryMutation(String name) throws IOException {
    Path path = TorchFileTest.resource(name);
    byte[] pickle;
    try (ZipFile zip = new ZipFile(path.toFile())) {
      ZipEntry entry = zip.getEntry(name.replace(".pt", "/data.pkl"));
      pickle = zip.getInputStream(entry).readAllBytes();
    }
    new Mutations("TorchFuzzTest pickle of " + name, pickle)
        .check(
            8_000, bytes -> TorchContents.of(path, Unpickler.read(path, ByteBuffer.wrap(bytes))));
  }
}
