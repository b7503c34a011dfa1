package dev.melange.papers.hardnegativemixing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.hardnegativemixing.MochiArena.Variant;
import dev.melange.papers.hardnegativemixing.MochiSettings.Arena;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Tables and pictures of the study, from the trials' results. */
final class MochiReport {
  private final StudyRun run;
  private final MochiSettings settings;
  private final TrialResults trials;

  MochiReport(StudyRun run, MochiSettings settings, TrialResults trials) {
    this.run = run;
    this.settings = settings;
    this.trials = trials;
  }

  void write(int classes) throws IOException {
    comparisons();
    arena(
        "Digits, a fully connected encoder",
        MochiStudy.DIGITS,
        settings.digits(),
        MochiStudy.DIGIT_VARIANTS,
        classes);
    run.report()
        .paragraph(
            "One test image and its hardest negatives in the trained queue, with points that MoCHi mixes of them.")
        .charts(
            SphereView.chart(
                trials.first(MochiStudy.DIGITS + MochiArena.MOCHI.name()).get("sphere")));
    arena(
        settings.images().data() + ", a ResNet",
        MochiStudy.IMAGES,
        settings.images(),
        MochiStudy.IMAGE_VARIANTS,
        classes);
  }

  private void comparisons() {
    run.compare(
        "linear classification, top-1 (%), MoCHi against MoCo-v2",
        "better with the same budget (ImageNet-100: about one point); no figures in the abstract",
        String.format(
            Locale.ROOT,
            "%.2f against %.2f on the digits; %.2f against %.2f on %s",
            mean(MochiStudy.DIGITS, MochiArena.MOCHI, "linear"),
            mean(MochiStudy.DIGITS, MochiArena.MOCO, "linear"),
            mean(MochiStudy.IMAGES, MochiArena.MOCHI, "linear"),
            mean(MochiStudy.IMAGES, MochiArena.MOCO, "linear"),
            settings.images().data()));
    run.compare(
        "detection and segmentation", "better features than MoCo-v2's", "not part of this study");
    run.compare(
        "cost of mixing",
        "almost nothing",
        "durations of the trials are in the report; they differ from machine to machine");
  }

  private double mean(String prefix, Variant variant, String figure) {
    return trials.mean(prefix + variant.name(), figure);
  }

  private void arena(
      String heading, String prefix, Arena arena, List<Variant> variants, int classes)
      throws IOException {
    run.report()
        .section(heading)
        .paragraph(
            "%,d training images without their labels, %d epochs, a queue of %,d keys, MoCHi (%d, %d, %d) after a share of %s of the training as plain MoCo. Batch norms see the whole batch; samples are not exchanged between devices, as there is one."
                .formatted(
                    arena.train_images(),
                    arena.epochs(),
                    arena.queue(),
                    arena.n_hard(),
                    arena.s(),
                    arena.s_prime(),
                    arena.warm_up()));
    checks(prefix, variants, classes);
    run.result(features(heading, prefix, variants));
    run.result(embeddings(heading, prefix, variants));
    run.report()
        .paragraph(
            "Finds its key: share of the training's queries that are nearer to their own key than to all negatives, with the mixed ones and without. False: share of negatives of the query's own class among the hardest ones, and of mixed points with such a source.");
    durations(prefix, variants);
    run.report()
        .charts(
            curve("Queries that find their key", prefix, "proxy_accuracy", variants),
            curve("The same among real negatives", prefix, "proxy_accuracy_real", variants),
            curve("Nearest neighbours' accuracy", prefix, "knn", variants),
            path(prefix, variants),
            top(prefix, variants));
  }

  private void checks(String prefix, List<Variant> variants, int classes) {
    ObjectNode moco = trials.first(prefix + MochiArena.MOCO.name());
    double before = moco.get("first_loss").asDouble();
    double after = moco.get("loss").asDouble();
    run.check(
        String.format(
            Locale.ROOT, "%smoco: the loss fell from %.3f to %.3f.", prefix, before, after),
        after < before);
    for (Variant variant : variants) {
      double knn = trials.first(prefix + variant.name()).get("knn").asDouble();
      double chance = 100.0 / classes;
      run.check(
          String.format(
              Locale.ROOT,
              "%s%s: nearest neighbours classify %.1f %%, by chance %.1f %%.",
              prefix,
              variant.name(),
              knn,
              chance),
          knn > 1.5 * chance);
    }
  }

  private Table features(String heading, String prefix, List<Variant> variants) {
    Table.Builder table =
        Table.titled(heading + ": classification of test images by the features (%)")
            .text("training")
            .number("seeds", "%d")
            .number("linear classifier", "%.2f", Table.Best.HIGHEST)
            .number("nearest neighbours", "%.2f", Table.Best.HIGHEST);
    for (Variant variant : variants) {
      String name = prefix + variant.name();
      table.row(
          variant.title(),
          trials.of(name).size(),
          trials.cell(name, "linear"),
          trials.cell(name, "knn"));
    }
    return table.build();
  }

  private Table embeddings(String heading, String prefix, List<Variant> variants) {
    Table.Builder table =
        Table.titled(heading + ": embeddings and the trained task")
            .text("training")
            .number("alignment", "%.3f")
            .number("uniformity", "%.3f")
            .number("within class", "%.3f")
            .number("finds its key", "%.4f")
            .number("real negatives", "%.4f")
            .number("false, hardest", "%.3f")
            .number("false, mixed", "%.3f");
    for (Variant variant : variants) {
      String name = prefix + variant.name();
      table.row(
          variant.title(),
          trials.cell(name, "alignment"),
          trials.cell(name, "uniformity"),
          trials.cell(name, "class_alignment"),
          trials.cell(name, "proxy_accuracy"),
          trials.cell(name, "proxy_accuracy_real"),
          trials.cell(name, "false_hard"),
          variant.method().equals("mochi") ? trials.cell(name, "false_mixed") : null);
    }
    return table.build();
  }

  private void durations(String prefix, List<Variant> variants) throws IOException {
    Table.Builder table =
        Table.titled("Seconds per training, here").text("training").number("seconds", "%.1f");
    for (Variant variant : variants) {
      String name = prefix + variant.name();
      double sum = 0;
      for (int repetition : trials.of(name).keySet()) {
        sum += run.seconds(name + "-s" + (run.seed() + repetition));
      }
      table.row(variant.title(), sum / trials.of(name).size());
    }
    run.report().table(table.build());
  }

  private Chart curve(String title, String prefix, String metric, List<Variant> variants) {
    XyChart.Builder chart = Chart.xy(title).x("epoch").y("share");
    for (Variant variant : variants) {
      trials.addCurves(chart, variant.title(), prefix + variant.name(), metric);
    }
    return chart.build();
  }

  /** How alignment and uniformity go in training. */
  private Chart path(String prefix, List<Variant> variants) {
    XyChart.Builder chart =
        Chart.xy("Alignment and uniformity in training (lower is better)")
            .x("uniformity")
            .y("alignment");
    for (Variant variant : variants) {
      String name = prefix + variant.name();
      chart.line(
          variant.title(),
          average(trials.curves(name, "uniformity_curve")),
          average(trials.curves(name, "alignment_curve")));
    }
    return chart.build();
  }

  private Chart top(String prefix, List<Variant> variants) {
    XyChart.Builder chart =
        Chart.xy("Probabilities of the hardest negatives")
            .x("rank of the negative")
            .y("mean probability")
            .logY();
    for (Variant variant : variants) {
      double[][] bySeed = trials.curves(prefix + variant.name(), "top");
      double[] ranks = new double[bySeed[0].length];
      Arrays.setAll(ranks, i -> i + 1);
      chart.seeds(variant.title(), ranks, bySeed);
    }
    return chart.build();
  }

  private static double[] average(double[][] bySeed) {
    double[] mean = new double[bySeed[0].length];
    for (double[] values : bySeed) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += values[i] / bySeed.length;
      }
    }
    return mean;
  }
}
