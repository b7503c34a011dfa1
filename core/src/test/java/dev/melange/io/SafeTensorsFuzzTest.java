package dev.melange.io;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsFuzzTest {
  @TempDir Path folder;

  @Test
  void readsOrRefusesEveryMutation() throws IOException {
    Path valid = folder.resolve("valid.safetensors");
    new SafeTensorsWriter()
        .metadata("config", "{\"depth\": 3}")
        .add(TensorSource.of("layers.0.weight", new float[6], 2, 3))
        .add(TensorSource.of("layers.0.bias", new double[2], 2))
        .add(TensorSource.of("steps", new long[1]))
        .add(TensorSource.of("empty", new float[0], 0))
        .add(TensorSource.of(TensorEntry.of("half", DType.BF16, 3), ByteBuffer.wrap(new byte[6])))
        .write(valid);
    new Mutations("SafeTensorsFuzzTest", Files.readAllBytes(valid))
        .check(folder, 4000, SafeTensorsFile::open);
  }
}
