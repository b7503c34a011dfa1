package dev.melange.papers.mixupfeaturelearning;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Normalize;
import dev.melange.papers.mixupfeaturelearning.FeatureLearningSettings.Theory;
import dev.melange.papers.mixupfeaturelearning.FeatureLearningStudy.Way;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.Chart;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.report.XyChart;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Tables and pictures of the study, from the trials' results. */
final class FeatureLearningReport {
  private static final int MIXED_IMAGES = 6;
  private static final int RARE_SAMPLE = 0;

  private final StudyRun run;
  private final FeatureLearningSettings settings;
  private final Theory theory;
  private final SmallImages images;
  private final TrialResults trials;
  private final Map<String, Way> ways;

  FeatureLearningReport(
      StudyRun run, FeatureLearningSettings settings, SmallImages images, TrialResults trials) {
    this.run = run;
    this.settings = settings;
    theory = settings.theory();
    this.images = images;
    this.trials = trials;
    ways = FeatureLearningStudy.ways(theory);
  }

  void write() {
    checks();
    comparisons();
    run.report()
        .section("The data model")
        .paragraph(
            "Each class has a common and a rare feature. A sample shows one of them in one of its %d patches; another patch holds a weak copy (%s) of the common feature of either class, and the rest is noise orthogonal to all features. %d of %d training samples have a rare feature, half of the test samples do."
                .formatted(
                    theory.patches(),
                    theory.alpha(),
                    2 * theory.rare_per_class(),
                    theory.samples()))
        .charts(sample(RARE_SAMPLE, "rare"), sample(2 * theory.rare_per_class(), "common"));
    run.report().section("Learning of common and rare features");
    accuracies();
    run.report()
        .paragraph(
            "Strength of a feature: how strongly the filters of its class answer to it. A rare sample is classified by its own feature only if that answer beats the feature noise's, which is the common strength times %s squared (dashed)."
                .formatted(theory.alpha()));
    for (String name :
        List.of(
            FeatureLearningStudy.STANDARD,
            FeatureLearningStudy.MIXUP,
            FeatureLearningStudy.ASYMMETRIC,
            FeatureLearningStudy.stopped(theory.stop()))) {
      run.report().charts(strengths(ways.get(name)));
    }
    run.report().charts(rareAccuracies(), stops());
    realImages();
  }

  private void checks() {
    for (String name : List.of(FeatureLearningStudy.STANDARD, FeatureLearningStudy.MIXUP)) {
      double[] losses = TrialResults.numbers(trials.first(name).get("losses"));
      double last = losses[losses.length - 1];
      run.check(
          String.format(Locale.ROOT, "%s: the loss fell from %.4f to %.4f.", name, losses[0], last),
          last < losses[0]);
    }
    for (ImageTrial.Variant variant : ImageTrial.variants(settings.images()).values()) {
      ObjectNode result = trials.first(variant.name());
      double chance = 100.0 / images.classes().size();
      run.check(
          String.format(
              Locale.ROOT,
              "%s: test accuracy %.1f %%, by chance %.1f %%.",
              variant.title(),
              result.get("accuracy").asDouble(),
              chance),
          result.get("accuracy").asDouble() > 1.2 * chance);
    }
  }

  private void comparisons() {
    run.compare(
        "accuracy on rare features, data model, standard training and mixup",
        "near chance against nearly all; no figures in the abstract",
        String.format(
            Locale.ROOT,
            "%.3f against %.3f",
            trials.mean(FeatureLearningStudy.STANDARD, "rare_accuracy"),
            trials.mean(FeatureLearningStudy.MIXUP, "rare_accuracy")));
    run.compare(
        "other shares for labels than for inputs",
        "about as good as mixup",
        String.format(
            Locale.ROOT,
            "%.3f on rare features; on %s %.2f %% against %.2f %%",
            trials.mean(FeatureLearningStudy.ASYMMETRIC, "rare_accuracy"),
            settings.images().data(),
            trials.mean(ImageTrial.SAME_SIDE, "accuracy"),
            trials.mean(ImageTrial.MIXUP, "accuracy")));
    run.compare(
        "mixup stopped early",
        "as good, or better",
        String.format(
            Locale.ROOT,
            "%.3f on rare features (mixup to the end %.3f)",
            trials.mean(FeatureLearningStudy.stopped(theory.stop()), "rare_accuracy"),
            trials.mean(FeatureLearningStudy.MIXUP, "rare_accuracy")));
  }

  /** What the patches of a training sample have of the four features. */
  private Chart sample(int index, String kind) {
    return Scope.run(
        () -> {
          double[][] responses =
              new TheoryTrial(theory, theory.alpha(), run.seed()).responses(index);
          return Chart.heatMap("A training sample with a " + kind + " feature", responses)
              .rows(IntStream.range(1, responses.length + 1).mapToObj(p -> "patch " + p).toList())
              .columns(
                  List.of("common, class 0", "common, class 1", "rare, class 0", "rare, class 1"))
              .scale("inner product with the feature")
              .build();
        });
  }

  private void accuracies() {
    Table.Builder table =
        Table.titled("The theory's network, means over seeds with standard deviations")
            .text("training")
            .number("training accuracy", "%.3f")
            .number("common features", "%.3f", Table.Best.HIGHEST)
            .number("rare features", "%.3f", Table.Best.HIGHEST)
            .number("common strength", "%.2f")
            .number("rare strength", "%.2f");
    for (Way way : ways.values()) {
      table.row(
          way.title(),
          trials.cell(way.name(), "train_accuracy"),
          trials.cell(way.name(), "common_accuracy"),
          trials.cell(way.name(), "rare_accuracy"),
          trials.cell(way.name(), "common_strength"),
          trials.cell(way.name(), "rare_strength"));
    }
    run.result(table.build());
    Table.Builder bySeed = Table.titled("Accuracy on rare features by seed").text("training");
    int repetitions = settings.seeds() + settings.fresh_seeds();
    for (int i = 0; i < repetitions; i++) {
      bySeed.number("seed " + (run.seed() + i), "%.3f");
    }
    for (Way way : ways.values()) {
      List<Object> cells = new ArrayList<>(List.of(way.title()));
      Arrays.stream(trials.values(way.name(), "rare_accuracy")).forEach(cells::add);
      bySeed.row(cells.toArray());
    }
    run.result(bySeed.build());
  }

  private Chart strengths(Way way) {
    double[] steps = TrialResults.numbers(trials.first(way.name()).get("steps"));
    double[][] common = trials.curves(way.name(), "common_strengths");
    double[] noise = new double[steps.length];
    for (int i = 0; i < noise.length; i++) {
      int at = i;
      noise[i] =
          way.alpha()
              * way.alpha()
              * Arrays.stream(common).mapToDouble(run -> run[at]).average().orElseThrow();
    }
    return Chart.xy("Strengths: " + way.title())
        .x("step")
        .y("strength")
        .seeds("common features", steps, common)
        .seeds("rare features", steps, trials.curves(way.name(), "rare_strengths"))
        .reference("feature noise", steps, noise)
        .build();
  }

  private Chart rareAccuracies() {
    XyChart.Builder chart =
        Chart.xy("Accuracy on rare features").x("step").y("accuracy").yRange(0, 1.02);
    for (String name :
        List.of(
            FeatureLearningStudy.STANDARD,
            FeatureLearningStudy.MIXUP,
            FeatureLearningStudy.ASYMMETRIC,
            FeatureLearningStudy.stopped(theory.stop()))) {
      chart.seeds(
          ways.get(name).title(),
          TrialResults.numbers(trials.first(name).get("steps")),
          trials.curves(name, "rare_accuracies"));
    }
    return chart.build();
  }

  private Chart stops() {
    int count = theory.stops().length + 2;
    double[] steps = new double[count];
    String[] names = new String[count];
    names[0] = FeatureLearningStudy.STANDARD;
    for (int i = 0; i < theory.stops().length; i++) {
      steps[i + 1] = theory.stops()[i];
      names[i + 1] = FeatureLearningStudy.stopped(theory.stops()[i]);
    }
    steps[count - 1] = theory.steps();
    names[count - 1] = FeatureLearningStudy.MIXUP;
    return Chart.xy("When mixup is stopped")
        .x("steps with mixup")
        .y("accuracy at the end")
        .yRange(0, 1.02)
        .seeds("rare features", steps, byWay(names, "rare_accuracy"))
        .seeds("common features", steps, byWay(names, "common_accuracy"))
        .build();
  }

  /** [repetition][way] */
  private double[][] byWay(String[] names, String figure) {
    int repetitions = trials.of(names[0]).size();
    double[][] rows = new double[repetitions][names.length];
    for (int k = 0; k < names.length; k++) {
      double[] values = trials.values(names[k], figure);
      for (int i = 0; i < repetitions; i++) {
        rows[i][k] = values[i];
      }
    }
    return rows;
  }

  private void realImages() {
    Map<String, ImageTrial.Variant> variants = ImageTrial.variants(settings.images());
    Table.Builder table =
        Table.titled("Test images of %s, in percent".formatted(settings.images().data()))
            .text("training")
            .number("seeds", "%d")
            .number("accuracy", "%.2f", Table.Best.HIGHEST)
            .number("calibration error", "%.2f", Table.Best.LOWEST);
    XyChart.Builder curves = Chart.xy("Test accuracy in training").x("epoch").y("accuracy (%)");
    for (ImageTrial.Variant variant : variants.values()) {
      String name = variant.name();
      table.row(
          variant.title(),
          trials.of(name).size(),
          trials.cell(name, "accuracy"),
          trials.cell(name, "ece"));
      curves.seeds(
          variant.title(),
          TrialResults.numbers(trials.first(name).get("epochs")),
          trials.curves(name, "accuracies"));
    }
    run.report()
        .section("Real images")
        .paragraph(
            "A ResNet trained on %,d images with the same budget in all rows. With few images and epochs mixup need not beat standard training; the question is whether its variants are as good as mixup."
                .formatted(images.train().size(0)));
    run.result(table.build());
    run.report().charts(curves.build());
    run.report().images(mixed());
  }

  /** Images mixed with independent shares, with what their labels become. */
  private ImageGrid mixed() {
    return Scope.run(
        () -> {
          int count = (int) Math.min(MIXED_IMAGES, images.train().size(0));
          TensorBatch batch =
              TensorBatch.of(
                  Map.of(
                      ImageBatches.IMAGE, images.train().narrow(0, 0, count),
                      ImageBatches.LABEL, images.trainLabels().narrow(0, 0, count)));
          ImageGrid.Builder grid =
              ImageGrid.titled("Mixed images and the shares of their labels").cellWidth(120);
          for (ImageTrial.Shares shares :
              List.of(
                  ImageTrial.Shares.EQUAL,
                  ImageTrial.Shares.SAME_SIDE,
                  ImageTrial.Shares.INDEPENDENT)) {
            TensorBatch mixed =
                ImageTrial.mix(
                    batch, shares, settings.images().alpha(), images.classes().size(), new Rng(1));
            List<Tile> tiles = new ArrayList<>();
            for (int i = 0; i < count; i++) {
              tiles.add(
                  tile(mixed.get(ImageBatches.IMAGE).get(i), images.normalize())
                      .shares(shares(mixed.get("target").get(i))));
            }
            grid.row(shares.name().toLowerCase(Locale.ROOT).replace('_', ' '), tiles);
          }
          return grid.build();
        });
  }

  private Tile.Share[] shares(Tensor target) {
    double[] values = target.toDoubles();
    return IntStream.range(0, values.length)
        .filter(k -> values[k] > 1e-6)
        .mapToObj(k -> new Tile.Share(images.classes().get(k), Math.min(1, values[k])))
        .toArray(Tile.Share[]::new);
  }

  private static Tile tile(Tensor image, Normalize normalize) {
    FloatImage shown =
        new FloatImage(
            (int) image.size(0), (int) image.size(1), (int) image.size(2), image.toFloats());
    return Tile.of(normalize.invert(shown).toBufferedImage());
  }
}
