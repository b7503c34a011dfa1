package dev.melange.papers.stripmlp;

import dev.melange.data.image.Image;
import dev.melange.metric.Summary;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ReceptiveField;
import dev.melange.papers.mlpmixer.MlpMixer;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The study's part of the report. */
final class StripReport {
  private static final int CELL = 112;
  private static final int MATRICES = 8;

  private final StudyRun run;
  private final StripSettings settings;
  private final StudyImages images;
  private final StripResults results;
  private final ImageResults networks;

  StripReport(
      StudyRun run,
      StripSettings settings,
      StudyImages images,
      StripResults results,
      ImageResults networks) {
    this.networks = networks;
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
  }

  void write() throws IOException {
    run.report()
        .section("Accuracy")
        .paragraph(
            images.describe(
                    images.describeAugmentation(settings.augment()),
                    settings.recipe().epochs(),
                    settings.recipe().batch(),
                    settings.seeds())
                + " All networks see the same images in the same order.");
    run.result(networks.table());
    run.report().charts(List.of(networks.bars(), networks.bySize()));
    run.report().charts(networks.curves());
    comparisons();
    pictures();
  }

  private List<Contestant> contestants() {
    return List.copyOf(results.outcomes().keySet());
  }

  private void comparisons() {
    if (results.outcomes().containsKey(Contestant.STRIP_3)) {
      double own = Summary.of(results.accuracies(Contestant.STRIP_3)).mean();
      for (Contestant mixer : List.of(Contestant.MIXER_WIDE, Contestant.MIXER_SMALL)) {
        if (results.outcomes().containsKey(mixer)) {
          run.compare(
              "Lead over earlier MLP networks, here over " + mixer.title() + " (points of top-1)",
              "2.44 (Caltech-101, mean), 2.16 (CIFAR-100, mean)",
              String.format(
                  Locale.ROOT,
                  "%+.2f (%s)",
                  own - Summary.of(results.accuracies(mixer)).mean(),
                  images.name()));
        }
      }
    }
    run.compare(
        "Top-1 of Strip-MLP-T (%)",
        "82.2 (ImageNet-1k, 300 epochs)",
        settings.network().equals("tiny") && results.outcomes().containsKey(Contestant.STRIP_3)
            ? String.format(
                Locale.ROOT,
                "%.2f (%s)",
                Summary.of(results.accuracies(Contestant.STRIP_3)).mean(),
                images.name())
            : "not trained at this scale");
  }

  private void pictures() throws IOException {
    List<ImageGrid.Row> fields = new ArrayList<>();
    ImageGrid matrices = null;
    for (Contestant contestant : contestants()) {
      Record config = StripStudy.config(contestant, settings, images);
      try (ImageModel model = Contestant.create(config, new Rng(0))) {
        run.load(contestant.key() + "-s" + run.seed(), model);
        model.to(Engine.get().device());
        model.eval();
        fields.add(new ImageGrid.Row(contestant.title(), fields(model)));
        if (model instanceof StripMlp strips && matrices == null) {
          matrices = matrices(strips);
        }
      }
    }
    run.report()
        .section("What a unit sees")
        .paragraph(
            "How strongly the central unit of a map depends on each pixel of the image: mean absolute gradient over %d test images, the greatest as 1. Of a Strip-MLP after each stage whose map has at least 2 x 2 positions, of a Mixer after its last block. First seed."
                .formatted(Math.min(settings.pictures(), images.test().size())))
        .images(new ImageGrid("Effective receptive fields", List.of(), fields, CELL, false));
    if (matrices != null) {
      run.report()
          .section("How rows are mixed")
          .paragraph(
              "Learned row matrices of the first block of each stage, without the neighbouring rows: one tile per channel of a patch of channels, to a position (row of the tile) from a position (column), blue below and red above zero.")
          .images(matrices);
    }
  }

  private List<Tile> fields(ImageModel model) throws IOException {
    List<Image> pictures = new ArrayList<>();
    for (int i = 0; i < Math.min(settings.pictures(), images.test().size()); i++) {
      pictures.add(images.test().get(i, new Rng(0)).image());
    }
    List<Tile> tiles = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      Tensor x = ImageBatches.tensor(pictures, images.evaluation()).to(Engine.get().device());
      if (model instanceof StripMlp strips) {
        for (int stage = 0; stage < StripMlpConfig.STAGES; stage++) {
          int index = stage;
          int side = strips.config().blocks(stage).size();
          if (side > 1) {
            tiles.add(
                heat(ReceptiveField.ofCentre(in -> strips.forwardStages(in).get(index), x), side));
          }
        }
      } else if (model instanceof MlpMixer mixer) {
        int rows = mixer.config().img_size().height() / mixer.config().patch_size().height();
        tiles.add(
            heat(
                ReceptiveField.ofCentre(
                    in -> mixer.forwardFeatures(in).transpose(1, 2).unflatten(2, rows, -1), x),
                rows));
      }
    }
    return tiles;
  }

  private static Tile heat(double[][] field, int side) {
    return Tile.heat(field, ColorMap.INFERNO).captioned("map of %d x %d".formatted(side, side));
  }

  private static ImageGrid matrices(StripMlp model) {
    List<ImageGrid.Row> rows = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      for (int stage = 0; stage < StripMlpConfig.STAGES; stage++) {
        List<Tensor> blocks = model.rowMatrices(stage);
        if (blocks.isEmpty() || blocks.get(0).size(1) == 1) {
          continue;
        }
        Tensor first = blocks.get(0).to(DType.F64).to(Device.CPU);
        List<Tile> tiles = new ArrayList<>();
        for (int channel = 0; channel < Math.min(MATRICES, first.size(0)); channel++) {
          tiles.add(Tile.weights(square(first.get(channel))).captioned("channel " + (channel + 1)));
        }
        rows.add(new ImageGrid.Row("stage " + (stage + 1), tiles));
      }
    }
    return new ImageGrid("Row matrices", List.of(), rows, CELL, false);
  }

  private static double[][] square(Tensor matrix) {
    int size = (int) matrix.size(0);
    double[] flat = matrix.contiguous().toDoubles();
    double[][] rows = new double[size][size];
    for (int i = 0; i < flat.length; i++) {
      rows[i / size][i % size] = flat[i];
    }
    return rows;
  }
}
