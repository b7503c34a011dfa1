package dev.melange.papers.stripmlp;

import dev.melange.component.Default;
import dev.melange.nn.BatchNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.Init;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Token mixing by strips: [B, C, H, H] to the same shape, for maps of one size. After a projection,
 * half of the channels goes through CGSMM, the other half through LSMM, and a projection fuses both
 * (section 3 of the paper).
 *
 * <p>CGSMM sees its D = C/2 channels as P patches of c channels. Rows: each of the c channels of a
 * patch has a matrix from the H positions of {@code strip_width} neighbouring rows to the H
 * positions of the middle one. Then columns likewise, from the result.
 */
public final class StripMlpBlock extends UnaryLayer {
  /**
   * Configuration of {@code layer/strip-mlp-block}.
   *
   * @param channels channels C of the map, even; half of them divide into {@code groups}
   * @param size rows and columns H of the map
   * @param strip_width how many neighbouring strips make a new one, odd; 1 for no exchange between
   *     strips
   * @param groups number P of patches of channels that share their matrices; null for 2 if C is a
   *     multiple of 80, else 4
   */
  public record Config(
      int channels, int size, @Default("3") int strip_width, @Default("null") Integer groups) {
    /** Checks that the numbers fit each other. */
    public Config {
      if (channels < 1 || size < 1) {
        throw new IllegalArgumentException(
            "channels and size must be at least 1, got %d and %d".formatted(channels, size));
      }
      if (strip_width < 1 || strip_width % 2 == 0) {
        throw new IllegalArgumentException(
            "strip_width must be odd and positive, got " + strip_width);
      }
      if (groups != null && groups < 1) {
        throw new IllegalArgumentException("groups must be at least 1, got " + groups);
      }
      int patches = groups == null ? usualPatches(channels) : groups;
      if (channels % (2 * patches) != 0) {
        throw new IllegalArgumentException(
            "half of the %d channels must divide into %d groups; set channels to a multiple of %d, or groups"
                .formatted(channels, patches, 2 * patches));
      }
    }

    /** Number of patches P. */
    public int patches() {
      return groups == null ? usualPatches(channels) : groups;
    }

    /** Channels D of each half. */
    public int half() {
      return channels / 2;
    }

    /** Channels c of a patch: each has matrices of its own. */
    public int patchChannels() {
      return half() / patches();
    }

    private static int usualPatches(int channels) {
      return channels % 80 == 0 ? 2 : 4;
    }
  }

  private static final int BRANCHES = 3; // of LSMM: 7x3 filter, 3x7 filter, identity

  private final Config config;
  private final Conv2d project;
  private final BatchNorm projectNorm;
  private final Conv2d rows;
  private final Conv2d columns;
  private final Tensor rowPositions; // [2H + 1, D]
  private final Tensor columnPositions; // [2H + 1, D]
  private final Tensor offsets; // [H * H], int64: column minus row, as an index into the tables
  private final BatchNorm norm;
  private final Conv2d fuseRows;
  private final Conv2d fuseColumns;
  private final Conv2d wide;
  private final Conv2d tall;
  private final Conv2d squeeze;
  private final Conv2d weigh;
  private final Conv2d fuse;

  /** A block with PyTorch's default weights and position tables N(0, 0.02^2). */
  public StripMlpBlock(Config config, Rng rng) {
    this.config = config;
    int channels = config.channels();
    int half = config.half();
    int size = config.size();
    norm = child("BN", new BatchNorm(half));
    rows = child("proj_h", new Conv2d(strips(config), rng));
    columns = child("proj_w", new Conv2d(strips(config), rng));
    fuseRows = child("fuse_h", new Conv2d(Conv2d.Spec.of(2L * half, half, 1).bias(false), rng));
    fuseColumns = child("fuse_w", new Conv2d(Conv2d.Spec.of(2L * half, half, 1).bias(false), rng));
    project = child("mlp.0", new Conv2d(channels, channels, 1, rng));
    projectNorm = child("mlp.1", new BatchNorm(channels));
    Conv2d.Spec depthwise = Conv2d.Spec.of(half, half, 1).groups(half).bias(false);
    wide = child("fc_h", new Conv2d(depthwise.kernel(3, 7).padding(1, 3), rng));
    tall = child("fc_w", new Conv2d(depthwise.kernel(7, 3).padding(3, 1), rng));
    squeeze = child("reweight.fc1", new Conv2d(half, Math.max(1, half / 2), 1, rng));
    weigh = child("reweight.fc2", new Conv2d(Math.max(1, half / 2), BRANCHES * half, 1, rng));
    fuse = child("fuse", new Conv2d(Conv2d.Spec.of(channels, channels, 1).bias(false), rng));
    rowPositions = positions("relate_pos_h", rng);
    columnPositions = positions("relate_pos_w", rng);
    long[] index = new long[size * size];
    for (int i = 0; i < index.length; i++) {
      index[i] = i % size - i / size + size;
    }
    offsets = constant("offsets", Tensor.of(index, index.length));
  }

  private static Conv2d.Spec strips(Config config) {
    long features = (long) config.patchChannels() * config.size();
    return Conv2d.Spec.of(features, features, 1)
        .kernel(1, config.strip_width())
        .padding(0, config.strip_width() / 2)
        .groups(config.patchChannels());
  }

  private Tensor positions(String name, Rng rng) {
    Tensor table = Tensor.empty(2L * config.size() + 1, config.half());
    return parameter(name + ".embeddings_table", Init.normal(table, 0, 0.02, rng));
  }

  /** What the block is made for. */
  public Config config() {
    return config;
  }

  /**
   * The matrices over the positions of a row, without the neighbouring rows: [c, H, H], from the
   * second to the first position, one for each channel of a patch.
   */
  public Tensor rowMatrices() {
    Tensor middle = rows.weight().select(3, config.strip_width() / 2).select(2, 0);
    return middle.detach().unflatten(0, config.patchChannels(), config.size());
  }

  @Override
  public Tensor forward(Tensor x) {
    int size = config.size();
    if (x.dim() != 4 || x.size(1) != config.channels() || x.size(2) != size || x.size(3) != size) {
      throw new IllegalArgumentException(
          "a strip-mlp block expects a map [B, %d, %d, %d], got %s; its matrices are made for one size: use images of the size the model was made for"
              .formatted(config.channels(), size, size, Arrays.toString(x.shape())));
    }
    Tensor y = scoped(() -> projectNorm.forward(project.forward(x)).gelu());
    Tensor[] halves = y.split(config.half(), 1);
    Tensor global = scoped(() -> cascade(halves[0]));
    Tensor local = scoped(() -> local(halves[1]));
    return scoped(() -> fuse.forward(Tensor.cat(1, global, local)));
  }

  /** CGSMM: rows, then columns; the concatenations' orders are those of the official code. */
  private Tensor cascade(Tensor x) {
    Tensor h =
        scoped(
            () -> {
              // [B, P, c, rows, columns]: the columns become features, the rows stay in place
              Tensor patches = split(x.add(map(rowPositions))).permute(0, 2, 4, 1, 3);
              Tensor mixed = apply(rows, patches).permute(0, 3, 1, 4, 2).reshape(x.shape());
              Tensor fused = fuseRows.forward(Tensor.cat(1, mixed, x));
              return norm.forward(fused).gelu().add(map(columnPositions));
            });
    Tensor mixed =
        scoped(
            () -> {
              Tensor patches = split(h).permute(0, 2, 3, 1, 4); // the rows become features
              return apply(columns, patches).permute(0, 3, 1, 2, 4).reshape(x.shape());
            });
    return fuseColumns.forward(Tensor.cat(1, x, mixed));
  }

  /** [B, D, H, H] as [B, P, c, H, H]. */
  private Tensor split(Tensor x) {
    return x.unflatten(1, config.patches(), config.patchChannels());
  }

  /** Mixes [B, c, features, P, strips] over features and neighbouring strips. */
  private Tensor apply(Conv2d strips, Tensor x) {
    long[] shape = x.shape();
    return strips.forward(x.reshape(shape[0], -1, shape[3], shape[4])).reshape(shape);
  }

  /** A position table as a map [D, H, H], by column minus row. */
  private Tensor map(Tensor table) {
    return table
        .indexSelect(0, offsets)
        .reshape(config.size(), config.size(), config.half())
        .permute(2, 0, 1);
  }

  /** LSMM: two oblong filters and the identity, weighted per channel. */
  private Tensor local(Tensor x) {
    Tensor p = wide.forward(x);
    Tensor q = tall.forward(x);
    Tensor weights =
        scoped(
            () -> {
              Tensor mean = q.add(p).add(x).meanKeep(2, 3); // [B, D, 1, 1]
              return weigh
                  .forward(squeeze.forward(mean).gelu())
                  .reshape(x.size(0), config.half(), BRANCHES)
                  .softmax(2);
            });
    return q.mul(weight(weights, 0)).add(p.mul(weight(weights, 1))).add(x.mul(weight(weights, 2)));
  }

  private static Tensor weight(Tensor weights, int branch) {
    return weights.select(2, branch).unsqueeze(2).unsqueeze(3);
  }
}
