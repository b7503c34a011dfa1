package dev.melange.papers.maxim;

import dev.melange.nn.Macs;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.ReceptiveField;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What can be said of multi-axis blocks without training: how far they see, and what they cost.
 *
 * @param one what a pixel depends on after one block
 * @param two after two
 * @param convolutions after two convolutional blocks
 * @param costs multiply-accumulates of a block by image size
 */
record Structure(double[][] one, double[][] two, double[][] convolutions, List<Cost> costs) {
  private static final int CHANNELS = 4;
  private static final int HEIGHT = 24;
  private static final int WIDTH = 16;
  private static final List<Integer> BLOCK = List.of(4, 4);
  private static final List<Integer> GRID = List.of(6, 4);
  // windows of 4x4, grid of 6x4 windows of 4x4: the pixel itself is counted once
  private static final int SEEN_BY_ONE = 16 + 24 - 1;
  private static final int SEEN_BY_CONVOLUTIONS = 9 * 9;
  private static final int PUBLISHED_WIDTH = 32;
  private static final int[] SIDES = {64, 128, 256, 512};
  private static final int CELL = 160;

  /**
   * The cost of a block of the published width.
   *
   * @param side of a square image
   * @param macs multiply-accumulates
   */
  record Cost(int side, long macs) {}

  /** Measures with weights from a seed. */
  static Structure measure(long seed) {
    MultiAxisGmlp.Config config = new MultiAxisGmlp.Config(CHANNELS, BLOCK, GRID, 2, 2, 2, true, 0);
    ResidualChannelAttention.Config plain =
        new ResidualChannelAttention.Config(CHANNELS, CHANNELS, 0.2, true);
    Rng rng = new Rng(seed);
    try (MultiAxisGmlp first = new MultiAxisGmlp(config, rng);
        MultiAxisGmlp second = new MultiAxisGmlp(config, rng);
        ConvolutionsOnly third = new ConvolutionsOnly(new ResidualChannelAttention(plain, rng));
        ConvolutionsOnly fourth = new ConvolutionsOnly(new ResidualChannelAttention(plain, rng))) {
      return new Structure(
          field(List.of(first)),
          field(List.of(first, second)),
          field(List.of(third, fourth)),
          blockCosts());
    }
  }

  /** A convolutional block without its channel attention, which looks at means of all pixels. */
  private static final class ConvolutionsOnly extends UnaryLayer {
    private final ResidualChannelAttention block;

    ConvolutionsOnly(ResidualChannelAttention block) {
      this.block = child("block", block);
    }

    @Override
    public Tensor forward(Tensor x) {
      return x.add(block.convolutions(x));
    }
  }

  /** The field of layers one after the other, [row][column], for a random image of their type. */
  static double[][] field(List<? extends UnaryLayer> layers) {
    try (Scope scope = Scope.open()) {
      layers.forEach(layer -> layer.to(DType.F64));
      return ReceptiveField.ofCentre(
          image -> {
            Tensor y = image;
            for (UnaryLayer layer : layers) {
              y = layer.forward(y);
            }
            return y;
          },
          new Rng(0).normal(1, CHANNELS, HEIGHT, WIDTH).to(DType.F64));
    }
  }

  /** How many pixels have an influence. */
  static int pixels(double[][] field) {
    return (int) Arrays.stream(field).flatMapToDouble(Arrays::stream).filter(m -> m > 0).count();
  }

  private static List<Cost> blockCosts() {
    MultiAxisGmlp.Config config =
        MaximPaper.published(PUBLISHED_WIDTH, 1).mixing(0, List.of(16, 16), List.of(16, 16), 2);
    List<Cost> costs = new ArrayList<>();
    try (MultiAxisGmlp block = new MultiAxisGmlp(config, new Rng(0));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      for (int side : SIDES) {
        Scope.run(
            () -> {
              Tensor x = Tensor.zeros(1, PUBLISHED_WIDTH, side, side);
              costs.add(new Cost(side, Macs.count(() -> block.forward(x))));
            });
      }
    }
    return costs;
  }

  /** The claim of the paper about its structure, which holds exactly or not at all. */
  Finding finding() {
    boolean sees =
        pixels(one) == SEEN_BY_ONE
            && pixels(two) == HEIGHT * WIDTH
            && pixels(convolutions) == SEEN_BY_CONVOLUTIONS;
    boolean linear = true;
    for (int i = 1; i < costs.size(); i++) {
      linear &= costs.get(i).macs() == 4 * costs.get(i - 1).macs();
    }
    List<String> reasons = new ArrayList<>();
    reasons.add(
        "One pixel of a %dx%d image depends on %d pixels after one multi-axis block (its block and its places in the grid: %d), on %d of %d after two; after two convolutional blocks on %d."
            .formatted(
                HEIGHT,
                WIDTH,
                pixels(one),
                SEEN_BY_ONE,
                pixels(two),
                HEIGHT * WIDTH,
                pixels(convolutions)));
    reasons.add(
        linear
            ? "Twice the height and width always cost exactly four times the multiply-accumulates."
            : "Twice the height and width did not always cost four times the multiply-accumulates.");
    return new Finding(
        "Two multi-axis blocks make every pixel depend on the whole image, at a cost that is linear in the number of pixels.",
        sees && linear ? Verdict.HOLDS : Verdict.FAILS,
        reasons,
        true);
  }

  /** What a block costs. */
  Table table() {
    Table.Builder table =
        Table.titled(
                "A multi-axis block of %d channels, blocks and grid of 16x16"
                    .formatted(PUBLISHED_WIDTH))
            .text("image")
            .number("multiply-accumulates (millions)", "%,.1f")
            .number("by pixel", "%,.1f");
    for (Cost cost : costs) {
      table.row(
          String.format(Locale.ROOT, "%dx%d", cost.side(), cost.side()),
          cost.macs() / 1e6,
          (double) cost.macs() / cost.side() / cost.side());
    }
    return table.build();
  }

  /** The cost as a curve. */
  Chart chart() {
    return Chart.xy("Cost of a multi-axis block")
        .x("pixels")
        .y("multiply-accumulates (millions)")
        .logX()
        .logY()
        .line(
            "multi-axis block",
            costs.stream().mapToDouble(c -> (double) c.side() * c.side()).toArray(),
            costs.stream().mapToDouble(c -> c.macs() / 1e6).toArray())
        .build();
  }

  /** The three fields as pictures. */
  ImageGrid picture() {
    return ImageGrid.titled(
            "What the pixel in the middle depends on: size of the gradient, logarithmic")
        .columns("one multi-axis block", "two", "two convolutional blocks")
        .row("", List.of(tile(one), tile(two), tile(convolutions)))
        .cellWidth(CELL)
        .build();
  }

  private static Tile tile(double[][] field) {
    double[][] shown = new double[HEIGHT][WIDTH];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        // ten decades below the greatest, which is 1; what has no influence at all is black
        shown[y][x] =
            field[y][x] > 0 ? 0.1 + 0.9 * Math.max(0, 1 + Math.log10(field[y][x]) / 10) : 0;
      }
    }
    return Tile.colored(shown, ColorMap.INFERNO, 0, 1)
        .captioned("%d of %d pixels".formatted(pixels(field), HEIGHT * WIDTH));
  }
}
