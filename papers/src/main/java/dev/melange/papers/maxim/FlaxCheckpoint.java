package dev.melange.papers.maxim;

import dev.melange.io.CorruptFileException;
import dev.melange.io.NpzFile;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The published checkpoints: {@code .npz} files of a Flax optimiser, whose weights are called
 * {@code opt/target/PATH}. The other arrays, the optimiser's own, are not read.
 *
 * <pre>
 *   Flax                                   here
 *   a/b/kernel, a/b/scale                  a.b.weight
 *   a/b/bias                               a.b.bias
 *   convolution   [kh, kw, in, out]        [out, in, kh, kw]
 *   transposed    [kh, kw, in, out]        [in, out, kh, kw], rows and columns in reverse
 *   linear        [in, out]                [out, in]
 *   vectors                                unchanged
 * </pre>
 */
public final class FlaxCheckpoint {
  private static final String PREFIX = "opt/target/";
  private static final String TRANSPOSED = "ConvTranspose_";

  private FlaxCheckpoint() {}

  /**
   * The weights of a published checkpoint under the names of {@link Maxim}.
   *
   * @return tensors by name, owned by the current scope
   * @throws CorruptFileException if the file is no such checkpoint
   */
  public static Map<String, Tensor> read(Path file) throws IOException {
    Map<String, Tensor> flat = NpzFile.read(file, name -> name.startsWith(PREFIX));
    if (flat.isEmpty()) {
      throw new CorruptFileException(
          file,
          "it has no arrays called " + PREFIX + "...",
          "give a published MAXIM checkpoint, or a file made by melange train restore");
    }
    return Scope.run(() -> convert(flat));
  }

  /**
   * Converts names and layouts.
   *
   * @param flat arrays by their path in the Flax tree, with or without {@code opt/target/}
   */
  public static Map<String, Tensor> convert(Map<String, Tensor> flat) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    flat.forEach(
        (path, array) -> {
          String own = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : path;
          weights.put(name(own), layout(own, array));
        });
    return weights;
  }

  private static String name(String path) {
    int slash = path.lastIndexOf('/');
    String last = path.substring(slash + 1);
    String renamed = last.equals("kernel") || last.equals("scale") ? "weight" : last;
    return (path.substring(0, slash + 1) + renamed).replace('/', '.');
  }

  private static Tensor layout(String path, Tensor array) {
    boolean transposed = path.contains(TRANSPOSED);
    return switch (array.dim()) {
      case 2 -> array.t().contiguous();
      case 4 ->
          (transposed ? array.flip(0, 1).permute(2, 3, 0, 1) : array.permute(3, 2, 0, 1))
              .contiguous();
      default -> array;
    };
  }
}
