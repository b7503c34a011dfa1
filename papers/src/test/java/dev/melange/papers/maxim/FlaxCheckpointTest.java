package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.io.CorruptFileException;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlaxCheckpointTest {
  @TempDir private Path folder;

  /** An array of a Flax tree: shape and values, row by row. */
  private record Array(long[] shape, float[] values) {}

  /** The tree that the official code would write for a network's weights. */
  private static Map<String, Array> tree(Maxim network) {
    Map<String, Array> tree = new LinkedHashMap<>();
    network
        .parameters()
        .forEach(
            (name, weight) -> {
              int dot = name.lastIndexOf('.');
              String path = name.substring(0, dot).replace('.', '/');
              boolean norm = path.contains("LayerNorm") || path.contains("layernorm");
              String last =
                  name.endsWith(".bias") ? "bias" : norm && weight.dim() == 1 ? "scale" : "kernel";
              tree.put("opt/target/" + path + "/" + last, array(path, weight));
            });
    return tree;
  }

  private static Array array(String path, Tensor weight) {
    float[] values = weight.toFloats();
    long[] s = weight.shape();
    if (s.length == 2) {
      float[] turned = new float[values.length];
      for (int o = 0; o < s[0]; o++) {
        for (int i = 0; i < s[1]; i++) {
          turned[(int) (i * s[0] + o)] = values[(int) (o * s[1] + i)];
        }
      }
      return new Array(new long[] {s[1], s[0]}, turned);
    }
    if (s.length == 4) {
      boolean transposed = path.contains("ConvTranspose");
      int in = (int) (transposed ? s[0] : s[1]);
      int out = (int) (transposed ? s[1] : s[0]);
      int h = (int) s[2];
      int w = (int) s[3];
      float[] turned = new float[values.length];
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
              int from =
                  transposed
                      ? ((i * out + o) * h + h - 1 - y) * w + w - 1 - x
                      : ((o * in + i) * h + y) * w + x;
              turned[((y * w + x) * in + i) * out + o] = values[from];
            }
          }
        }
      }
      return new Array(new long[] {h, w, in, out}, turned);
    }
    return new Array(s, values);
  }

  private Path write(Map<String, Array> tree) throws IOException {
    Path file = folder.resolve("checkpoint.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, Array> entry : tree.entrySet()) {
        Array array = entry.getValue();
        String shape =
            Arrays.stream(array.shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        byte[] header =
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n"
                .formatted(array.shape.length == 1 ? shape : shape.substring(0, shape.length() - 1))
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes =
            ByteBuffer.allocate(10 + header.length + 4 * array.values.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        bytes.putShort((short) header.length).put(header);
        for (float value : array.values) {
          bytes.putFloat(value);
        }
        zip.putNextEntry(new ZipEntry(entry.getKey() + ".npy"));
        zip.write(bytes.array());
        zip.closeEntry();
      }
    }
    return file;
  }

  @Test
  void aPublishedTreeBecomesTheSameNetwork() throws IOException {
    Map<String, Array> tree;
    float[] expected;
    try (Maxim network = new Maxim(MaximPaper.published(32, 2), new Rng(1));
        Scope scope = Scope.open()) {
      tree = tree(network);
      expected = network.parameters().get("UpSampleRatio_0.Conv_0.weight").toFloats();
      // names and shapes that are known of the published checkpoints
      assertThat(
              tree.get(
                      "opt/target/stage_0_encoder_block_0/SplitHeadMultiAxisGmlpLayer_0/GridGmlpLayer/GridGatingUnit/Dense_0/kernel")
                  .shape)
          .containsExactly(256, 256);
      assertThat(tree.get("opt/target/UpSampleRatio_0/Conv_0/kernel").shape)
          .containsExactly(1, 1, 32, 128);
      assertThat(tree.get("opt/target/stage_0_cross_gating_block_2/Conv_0/kernel").shape)
          .containsExactly(1, 1, 384, 128);
      tree.put("opt/state/step", new Array(new long[] {1}, new float[] {7}));
    }
    Path file = write(tree);
    try (RestorationModel model = RestorationModel.published(file, RestorationTask.DERAIN);
        Maxim original = new Maxim(MaximPaper.published(32, 2), new Rng(1))) {
      assertThat(model.task()).isEqualTo(RestorationTask.DERAIN);
      Map<String, Tensor> loaded = model.network().parameters();
      assertThat(loaded.get("UpSampleRatio_0.Conv_0.weight").toFloats()).isEqualTo(expected);
      original
          .parameters()
          .forEach(
              (name, weight) ->
                  assertThat(loaded.get(name).toFloats()).as(name).isEqualTo(weight.toFloats()));
    }
    assertThatThrownBy(() -> RestorationModel.published(file, RestorationTask.DEBLUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no checkpoint of maxim_s3, which was published for deblur");
  }

  @Test
  void transposedConvolutionsAreTurnedAsFlaxComputesThem() {
    try (Scope scope = Scope.open()) {
      // In Flax pixel (i, j) of one channel adds kernel[1 - a][1 - b] to pixel (2i + a, 2j + b).
      Tensor kernel = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2, 1, 1);
      Tensor weight =
          FlaxCheckpoint.convert(Map.of("x/ConvTranspose_0/kernel", kernel))
              .get("x.ConvTranspose_0.weight");
      Tensor x = Tensor.ones(1, 1, 1, 1);
      Tensor y =
          Nn.convTranspose2d(x, weight, null, new long[] {2}, new long[] {0}, new long[] {0}, 1);
      assertThat(y.toFloats()).containsExactly(new float[] {4, 3, 2, 1}, within(0f));
    }
  }

  @Test
  void refusesFilesWithoutATree() throws IOException {
    Path file = write(Map.of("something/else", new Array(new long[] {1}, new float[1])));
    assertThatThrownBy(() -> RestorationModel.published(file, RestorationTask.DERAIN))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("no arrays called opt/target/");
  }
}
