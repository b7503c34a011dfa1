package dev.melange.papers.decoupledmixup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.MixContext;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Settings;
import dev.melange.papers.decoupledmixup.DecoupledStudy.Variant;
import dev.melange.papers.mixuppolicies.PolicyGallery;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.BarChart;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** Tables and pictures of the study, from the trials' results and the saved weights. */
final class DecoupledReport {
  private static final int GALLERY_PAIRS = 4;

  private final StudyRun run;
  private final Settings settings;
  private final SmallImages images;
  private final TrialResults results;
  private final Map<String, Variant> variants;

  DecoupledReport(StudyRun run, Settings settings, SmallImages images, TrialResults results) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
    variants = DecoupledStudy.variants(settings);
  }

  void write() throws IOException {
    checks();
    comparisons();
    run.report().section("The same policy, different losses");
    losses();
    run.report().charts(accuracies(), curves());
    run.report().section("What the classifiers say of mixtures");
    run.report()
        .paragraph(
            "Averages of two test images of different classes, as the share of the first one goes from 0 to 1. The decoupled loss is meant to let both classes be probable at once.");
    run.report().charts(sliders());
    run.report().charts(bothFound(), push());
    if (settings.semi_labels() > 0) {
      semiSupervised();
    }
    gallery();
  }

  private void checks() {
    for (Variant variant : variants.values()) {
      check(variant.title(), results.first(variant.name()).get("accuracy").asDouble());
    }
    if (settings.semi_labels() > 0) {
      for (SemiSupervised.Kind kind : SemiSupervised.Kind.values()) {
        check(kind.title(), results.first(kind.trial()).get("student").asDouble());
      }
    }
  }

  private void check(String title, double accuracy) {
    double chance = 100.0 / images.classes().size();
    run.check(
        String.format(
            Locale.ROOT, "%s: test accuracy %.1f %%, by chance %.1f %%.", title, accuracy, chance),
        accuracy > 1.2 * chance);
  }

  private void comparisons() {
    String here = settings.data() + " at %d pixels".formatted(settings.side());
    run.compare(
        "top-1 accuracy of a fixed policy with the decoupled loss, gain in points",
        "typically a fraction of a point to a point and a half (CIFAR-100, Tiny-ImageNet, ImageNet, fine-grained sets)",
        String.format(
            Locale.ROOT,
            "%+.2f (%s, %s)",
            results.mean(DecoupledStudy.DECOUPLED, "accuracy")
                - results.mean(DecoupledStudy.MIXED, "accuracy"),
            here,
            settings.mixing()));
    run.compare(
        "the same against a policy that optimises the mixed images",
        "matched or beaten",
        String.format(
            Locale.ROOT,
            "%.2f %% against PuzzleMix %.2f %% (%s)",
            mean(DecoupledStudy.DECOUPLED),
            mean(DecoupledStudy.PUZZLE),
            here));
  }

  /** Mean accuracy of the repetitions that all variants of the paper's claim have. */
  private double mean(String variant) {
    int from = settings.seeds();
    return IntStream.range(from, from + settings.fresh_seeds())
        .mapToDouble(i -> results.of(variant).get(i).get("accuracy").asDouble())
        .average()
        .orElseThrow();
  }

  private void losses() throws IOException {
    Table.Builder table =
        Table.titled("Means over seeds, in percent, with standard deviations")
            .text("training")
            .text("policy")
            .number("seeds", "%d")
            .number("accuracy", "%.2f", Table.Best.HIGHEST)
            .number("calibration error", "%.2f", Table.Best.LOWEST)
            .number("error under attack", "%.2f", Table.Best.LOWEST)
            .number("both classes found", "%.2f", Table.Best.HIGHEST);
    for (Variant variant : variants.values()) {
      String name = variant.name();
      table.row(
          variant.title(),
          variant.policy().name(),
          results.of(name).size(),
          results.cell(name, "accuracy"),
          results.cell(name, "ece"),
          results.cell(name, "fgsm_error"),
          results.cell(name, "both_found"));
    }
    run.result(table.build());
    run.report()
        .paragraph(
            "Calibration error: expected, 15 bins. Attack: one step of the fast gradient sign method with 8/255. Both classes found: the two classes of an average of two test images are the two most probable ones. Seeds differ between rows: no mixing and the large weight have the first ones, PuzzleMix the further ones.");
    Table.Builder bySeed = Table.titled("Accuracy by seed (%)").number("seed", "%d");
    variants.values().forEach(variant -> bySeed.number(variant.title(), "%.2f"));
    for (int i = 0; i < settings.seeds() + settings.fresh_seeds(); i++) {
      List<Object> cells = new ArrayList<>(List.of(run.seed() + i));
      for (String name : variants.keySet()) {
        ObjectNode result = results.of(name).get(i);
        cells.add(result == null ? null : result.get("accuracy").asDouble());
      }
      bySeed.row(cells.toArray());
    }
    run.result(bySeed.build());
    Table.Builder durations =
        Table.titled("Seconds per training, here").text("training").number("seconds", "%.1f");
    for (String name : variants.keySet()) {
      double sum = 0;
      for (int repetition : results.of(name).keySet()) {
        sum += run.seconds(name + "-s" + (run.seed() + repetition));
      }
      durations.row(variants.get(name).title(), sum / results.of(name).size());
    }
    run.report().table(durations.build());
  }

  private Chart accuracies() {
    List<String> titles = variants.values().stream().map(Variant::title).toList();
    double[] means = new double[titles.size()];
    double[] spreads = new double[titles.size()];
    int i = 0;
    for (String name : variants.keySet()) {
      means[i] = results.mean(name, "accuracy");
      spreads[i++] = results.spread(name, "accuracy");
    }
    return Chart.bars("Test accuracy", titles.toArray(String[]::new))
        .value("accuracy (%)")
        .group("mean, standard deviation over seeds", means, spreads)
        .horizontal()
        .build();
  }

  private Chart curves() {
    XyChart.Builder chart = Chart.xy("Test accuracy in training").x("epoch").y("accuracy (%)");
    for (Variant variant : variants.values()) {
      List<double[]> bySeed = new ArrayList<>();
      double[] epochs = {};
      for (ObjectNode result : results.of(variant.name()).values()) {
        epochs = numbers(result.get("curve"), "epoch");
        bySeed.add(numbers(result.get("curve"), "accuracy"));
      }
      chart.seeds(variant.title(), epochs, bySeed.toArray(double[][]::new));
    }
    return chart.build();
  }

  private List<Chart> sliders() {
    List<String> names =
        List.of(DecoupledStudy.MIXED, DecoupledStudy.DECOUPLED, DecoupledStudy.LARGE);
    // one scale for all, so that the heights can be compared
    double highest =
        names.stream()
            .flatMapToDouble(
                name -> Arrays.stream(numbers(results.first(name).get("slider").get("top1"))))
            .max()
            .orElseThrow();
    List<Chart> charts = new ArrayList<>();
    for (String name : names) {
      JsonNode slider = results.first(name).get("slider");
      double[] lam = numbers(slider.get("lam"));
      charts.add(
          Chart.xy("Probabilities of a mixture: " + variants.get(name).title())
              .x("share of the first image, lam")
              .y("mean probability")
              .yRange(0, Math.min(1, Math.ceil(10 * highest) / 10))
              .line("first image's class", lam, numbers(slider.get("a")))
              .line("second image's class", lam, numbers(slider.get("b")))
              .reference("most probable class", lam, numbers(slider.get("top1")))
              .reference("second most probable", lam, numbers(slider.get("top2")))
              .build());
    }
    return charts;
  }

  private BarChart bothFound() {
    List<String> titles = variants.values().stream().map(Variant::title).toList();
    double[] means =
        variants.keySet().stream().mapToDouble(name -> results.mean(name, "both_found")).toArray();
    double[] spreads =
        variants.keySet().stream()
            .mapToDouble(name -> results.spread(name, "both_found"))
            .toArray();
    return Chart.bars("Both classes found in even mixtures", titles.toArray(String[]::new))
        .value("test pairs (%)")
        .group("mean, standard deviation over seeds", means, spreads)
        .horizontal()
        .build();
  }

  /** How the losses push the logit of a class whose weight is lam; from the losses themselves. */
  private Chart push() {
    int steps = 49;
    double[] lams = IntStream.rangeClosed(1, steps).mapToDouble(i -> i / 50.0).toArray();
    XyChart.Builder chart =
        Chart.xy("Push on the first class when both have probability 0.4")
            .x("weight of the first class, lam")
            .y("minus the loss's gradient by its logit");
    for (double eta : new double[] {0, settings.eta(), settings.eta_large()}) {
      double[] pushes = new double[steps];
      for (int i = 0; i < steps; i++) {
        pushes[i] = push(eta, lams[i]);
      }
      chart.line(eta == 0 ? "mixed cross entropy" : "decoupled, eta " + eta, lams, pushes);
    }
    return chart.build();
  }

  static double push(double eta, double lam) {
    return Scope.run(
        () -> {
          // ten classes: two of probability 0.4, eight of 0.025
          double[] z = new double[10];
          z[0] = Math.log(16);
          z[1] = Math.log(16);
          Tensor logits = Tensor.of(z, 1, 10).requiresGrad_(true);
          Tensor loss =
              DecoupledMixup.loss(
                  DecoupledMixupConfig.paper(eta),
                  logits,
                  Tensor.of(new long[] {0}, 1),
                  Tensor.of(new long[] {1}, 1),
                  lam,
                  null);
          return -Autograd.grad(loss, logits)[0].get(0).get(0).item();
        });
  }

  private void semiSupervised() {
    Table.Builder table =
        Table.titled("%d labelled images, accuracy in percent".formatted(settings.semi_labels()))
            .text("training")
            .number("averaged network", "%.2f", Table.Best.HIGHEST)
            .number("network itself", "%.2f", Table.Best.HIGHEST)
            .number("second head", "%.2f");
    for (SemiSupervised.Kind kind : SemiSupervised.Kind.values()) {
      table.row(
          kind.title(),
          results.cell(kind.trial(), "accuracy"),
          results.cell(kind.trial(), "student"),
          kind == SemiSupervised.Kind.DMIXMATCH ? results.cell(kind.trial(), "mix_head") : null);
    }
    run.report()
        .section("Few labels")
        .paragraph(
            "The other training images are used without their labels, seven per labelled one in each step. DMixMatch mixes labelled images with labelled ones and with pseudo-labelled ones, and trains a second head on the mixtures with the decoupled loss.");
    run.result(table.build());
  }

  private void gallery() throws IOException {
    try (ResNetCifar model = MixedTraining.network(settings, images, new Rng(0))) {
      run.load(DecoupledStudy.DECOUPLED + "-s" + run.seed(), model);
      model.eval();
      Map<String, Tensor> pairs = new LinkedHashMap<>();
      Tensor first = images.test().narrow(0, 0, GALLERY_PAIRS);
      Tensor second = images.test().narrow(0, GALLERY_PAIRS, GALLERY_PAIRS);
      pairs.put("image", Tensor.stack(1, first, second));
      pairs.put("label", images.testLabels().narrow(0, 0, GALLERY_PAIRS).to(DType.I64));
      pairs.put(
          "label_b", images.testLabels().narrow(0, GALLERY_PAIRS, GALLERY_PAIRS).to(DType.I64));
      run.report()
          .section("The policies")
          .images(
              PolicyGallery.of(
                  TensorBatch.of(pairs),
                  images.classes(),
                  PolicyGallery.policies(),
                  new MixContext(model, model, images.normalize()),
                  run.seed()));
    }
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static double[] numbers(JsonNode array, String key) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(node -> node.get(key).asDouble())
        .toArray();
  }
}
