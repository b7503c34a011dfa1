package dev.melange.papers.mixupfeaturelearning;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.mixupfeaturelearning.FeatureLearningSettings.Theory;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The paper's two-layer network on its data model, trained in one way with one seed. */
final class TheoryTrial {
  private static final int CURVE_POINTS = 60;
  // streams for different purposes of one seed
  private static final long FEATURES = 1;
  private static final long TRAIN = 2;
  private static final long TEST = 3;
  private static final long FILTERS = 4;
  private static final long PAIRS = 5;

  private final Theory settings;
  private final long seed;
  private final double alpha;
  private final Tensor features;
  private final Samples train;
  private final Samples test;

  /** Samples of which some are rare. */
  private record Samples(Tensor patches, Tensor labels, boolean[] rare) {
    double accuracy(Tensor w, boolean ofRare) {
      long[] predicted = QuadraticCnn.logits(w, patches).argmax(1).toLongs();
      long[] truth = labels.toLongs();
      int[] chosen = IntStream.range(0, truth.length).filter(i -> rare[i] == ofRare).toArray();
      return Arrays.stream(chosen).filter(i -> predicted[i] == truth[i]).count()
          / (double) chosen.length;
    }

    double accuracy(Tensor w) {
      return QuadraticCnn.logits(w, patches).argmax(1).eq(labels).to(patches.dtype()).mean().item();
    }
  }

  /**
   * Draws the data.
   *
   * @param alpha strength of the feature noise
   */
  TheoryTrial(Theory settings, double alpha, long seed) {
    this.settings = settings;
    this.alpha = alpha;
    this.seed = seed;
    Rng rng = new Rng(seed);
    features = FeatureNoise.features(settings.dim(), rng.fork(FEATURES)).to(DType.F32);
    train = samples(settings.samples(), settings.rare_per_class(), rng.fork(TRAIN));
    test = samples(settings.test_samples(), settings.test_samples() / 4, rng.fork(TEST));
  }

  /** Class 0 and 1 in turn; the first ones of each are rare. */
  private Samples samples(int count, int rarePerClass, Rng rng) {
    long[] labels = IntStream.range(0, count).mapToLong(i -> i % 2).toArray();
    boolean[] rare = new boolean[count];
    for (int i = 0; i < 2 * rarePerClass; i++) {
      rare[i] = true;
    }
    var choices = FeatureNoise.Choices.draw(labels, rare, settings.patches(), rng);
    Tensor noise = rng.normal(count, settings.patches(), settings.dim());
    Tensor patches =
        FeatureNoise.patches(
            new FeatureNoise.Config(alpha, settings.sigma()), choices, noise, features);
    return new Samples(patches, choices.labels(), rare);
  }

  /** Inner products of the patches of a training sample with the four features, [P][4]. */
  double[][] responses(int sample) {
    double[] flat = train.patches.get(sample).matmul(features.t()).toDoubles();
    double[][] rows = new double[settings.patches()][];
    for (int p = 0; p < rows.length; p++) {
      rows[p] =
          Arrays.copyOfRange(flat, p * FeatureNoise.FEATURES, (p + 1) * FeatureNoise.FEATURES);
    }
    return rows;
  }

  /** Trains in one way, and tells the accuracies and the strengths on the way. */
  ObjectNode run(Trial trial, FeatureLearning.Config config) {
    Rng rng = new Rng(seed);
    Tensor initial =
        rng.fork(FILTERS)
            .normal(2, settings.filters(), settings.dim())
            .mul(QuadraticCnn.INITIAL_STD);
    Rng pairing = rng.fork(PAIRS);
    int every = Math.max(1, config.steps() / CURVE_POINTS);
    int points = config.steps() / every;
    double[] steps = new double[points];
    double[][] strengths = new double[FeatureNoise.FEATURES][points];
    double[] rareAccuracy = new double[points];
    double[] losses = new double[points];
    trial.progress(0, config.steps());
    Tensor w =
        FeatureLearning.descend(
            config,
            initial,
            train.patches,
            train.labels,
            (filters, step) -> mixedLoss(config, filters, pairing),
            (step, loss, filters) -> {
              int done = step + 1;
              trial.progress(done, config.steps());
              if (done % every == 0) {
                int at = done / every - 1;
                steps[at] = done;
                losses[at] = loss;
                try (Scope scope = Scope.open();
                    var off = Autograd.noGrad()) {
                  double[] now = FeatureLearning.strength(filters, features).toDoubles();
                  for (int f = 0; f < now.length; f++) {
                    strengths[f][at] = now[f];
                  }
                  rareAccuracy[at] = test.accuracy(filters, true);
                }
                trial.metric(done, "loss", loss);
                trial.metric(done, "rare_accuracy", rareAccuracy[at]);
              }
            });
    return result(w, losses, steps, strengths, rareAccuracy);
  }

  /** All pairs, or some random pairings, which stand for them. */
  private Tensor mixedLoss(FeatureLearning.Config config, Tensor filters, Rng pairing) {
    if (settings.permutations() == 0) {
      return FeatureMixup.allPairs(
          filters, train.patches, train.labels, config.lam_x(), config.lam_y());
    }
    Tensor sum = null;
    for (int i = 0; i < settings.permutations(); i++) {
      Tensor index =
          Tensor.of(
              Arrays.stream(pairing.permutation(settings.samples())).asLongStream().toArray());
      Tensor loss =
          FeatureMixup.pairs(
              filters, train.patches, train.labels, index, config.lam_x(), config.lam_y());
      sum = sum == null ? loss : sum.add(loss);
    }
    return sum.div((double) settings.permutations());
  }

  private ObjectNode result(
      Tensor w, double[] losses, double[] steps, double[][] strengths, double[] rareAccuracy) {
    double[] last = FeatureLearning.strength(w, features).toDoubles();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("train_accuracy", train.accuracy(w));
    json.put("common_accuracy", test.accuracy(w, false));
    json.put("rare_accuracy", test.accuracy(w, true));
    json.put("common_strength", (last[0] + last[1]) / 2);
    json.put("rare_strength", (last[2] + last[3]) / 2);
    json.put("least_rare_strength", Math.min(last[2], last[3]));
    json.set("steps", TrialResults.array(steps));
    json.set("losses", TrialResults.array(losses));
    json.set("rare_accuracies", TrialResults.array(rareAccuracy));
    json.set("common_strengths", TrialResults.array(mean(strengths[0], strengths[1])));
    json.set("rare_strengths", TrialResults.array(mean(strengths[2], strengths[3])));
    return json;
  }

  private static double[] mean(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> (a[i] + b[i]) / 2).toArray();
  }
}
