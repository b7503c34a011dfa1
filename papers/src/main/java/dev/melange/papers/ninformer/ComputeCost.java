package dev.melange.papers.ninformer;

import dev.melange.component.Configs;
import dev.melange.nn.Macs;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a block of the published network computes, beside a block of a ViT of the same width, for
 * images of growing size: multiply-accumulate operations, counted while it runs.
 *
 * @param rows one per size of image
 */
record ComputeCost(List<Row> rows) {
  private static final int[] SIDES = {32, 64, 96, 128};
  private static final double MILLION = 1e6;

  /**
   * The cost of a block for one image.
   *
   * @param tokens number of patches
   * @param ninformer of NiNformer's
   * @param vit of the ViT's
   */
  record Row(int tokens, long ninformer, long vit) {}

  /** Copies the list. */
  ComputeCost {
    rows = List.copyOf(rows);
  }

  /** Runs both blocks on one image of every size. */
  static ComputeCost measure() {
    NinFormerConfig published = Configs.defaults(NinFormerConfig.class);
    List<Row> rows = new ArrayList<>();
    for (int side : SIDES) {
      NinFormerConfig config =
          published.forImages(published.channels(), side, side, published.num_classes());
      rows.add(
          new Row(
              config.tokens(),
              count(new NinBlock(NinFormer.block(config), new Rng(0)), config),
              count(new AttentionClassifier.Block(config, new Rng(0)), config)));
    }
    return new ComputeCost(rows);
  }

  private static long count(UnaryLayer block, NinFormerConfig config) {
    try (block;
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor tokens = Tensor.zeros(1, config.tokens(), config.d_model());
      return Macs.count(() -> block.forward(tokens));
    }
  }

  /** The numbers. */
  Table table() {
    Table.Builder table =
        Table.titled("Multiply-accumulate operations of a block for one image, millions")
            .number("tokens", "%,d")
            .number("NiNformer", "%,.1f")
            .number("ViT of the same width", "%,.1f");
    rows.forEach(row -> table.row(row.tokens(), row.ninformer() / MILLION, row.vit() / MILLION));
    return table.build();
  }

  /** The numbers as curves. */
  Chart chart() {
    double[] tokens = rows.stream().mapToDouble(Row::tokens).toArray();
    return Chart.xy("Cost of a block")
        .x("tokens")
        .y("multiply-accumulates (millions)")
        .logX()
        .logY()
        .line(
            "NiNformer", tokens, rows.stream().mapToDouble(r -> r.ninformer() / MILLION).toArray())
        .line("ViT", tokens, rows.stream().mapToDouble(r -> r.vit() / MILLION).toArray())
        .build();
  }

  /** Whether the gate needs less than attention, at the size that was published and beyond. */
  Finding finding() {
    long cheaper = rows.stream().filter(row -> row.ninformer() < row.vit()).count();
    Verdict verdict = rows.get(0).ninformer() < rows.get(0).vit() ? Verdict.HOLDS : Verdict.FAILS;
    List<String> reasons = new ArrayList<>();
    for (Row row : rows) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "%,d tokens: %,.1f million multiply-accumulates against %,.1f million.",
              row.tokens(),
              row.ninformer() / MILLION,
              row.vit() / MILLION));
    }
    reasons.add("The gate is the cheaper one at %d of %d sizes.".formatted(cheaper, rows.size()));
    return new Finding(
        "For images of %d tokens, as published, a block of NiNformer needs less computation than a block of a ViT of the same width."
            .formatted(rows.get(0).tokens()),
        verdict,
        reasons,
        false);
  }
}
