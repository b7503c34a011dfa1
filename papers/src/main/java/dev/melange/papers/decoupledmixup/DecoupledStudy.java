package dev.melange.papers.decoupledmixup;

import dev.melange.mix.MixLoss;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.PuzzleMix;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Does the decoupled loss make a fixed mixing policy better? The policy and the training stay the
 * same, only the loss differs; besides, the policy is compared with PuzzleMix, which optimises each
 * mixed image, and DMixMatch with the same semi-supervised training without mixing.
 */
final class DecoupledStudy implements Study {
  /**
   * Settings.
   *
   * @param data named set of images
   * @param side images are resized to this many pixels
   * @param images number of training images, at most
   * @param test_images number of test images, at most
   * @param layers residual blocks per stage of the ResNet
   * @param base_channels width of its first stage
   * @param blocks_start_at_one whether all blocks take part from the first step on, better for
   *     short training; false as in the official code
   * @param epochs of each training
   * @param batch images per step
   * @param learning_rate of SGD, down to 0 in half a cosine
   * @param momentum of SGD
   * @param weight_decay on all parameters
   * @param shift largest random shift in pixels
   * @param shift_each whether each image is shifted by a distance of its own, or the batch by one
   * @param mixing the fixed policy
   * @param eta weight of the decoupled terms
   * @param eta_large a weight that is too large, for comparison
   * @param seeds repetitions of the four losses
   * @param fresh_seeds further repetitions, which judge the paper's own wording
   * @param semi_labels labelled images of the semi-supervised part; 0 leaves it out
   * @param semi_batch labelled images per step; seven times as many are unlabelled
   * @param semi_steps steps of the semi-supervised trainings
   * @param semi_cutoff least confidence of a pseudo label
   * @param semi_decay share of the old weights in the average that makes pseudo labels, at first
   * @param semi_seeds repetitions of the semi-supervised trainings
   */
  record Settings(
      String data,
      int side,
      int images,
      int test_images,
      int[] layers,
      int base_channels,
      boolean blocks_start_at_one,
      int epochs,
      int batch,
      double learning_rate,
      double momentum,
      double weight_decay,
      int shift,
      boolean shift_each,
      String mixing,
      double eta,
      double eta_large,
      int seeds,
      int fresh_seeds,
      int semi_labels,
      int semi_batch,
      int semi_steps,
      double semi_cutoff,
      double semi_decay,
      int semi_seeds) {
    Settings {
      if (epochs < 2 || seeds < 1 || fresh_seeds < 1) {
        throw new IllegalArgumentException(
            "the study needs 2 epochs, 1 seed and 1 fresh seed at least, got %d, %d, %d"
                .formatted(epochs, seeds, fresh_seeds));
      }
      if (semi_labels > 0 && (semi_batch < 1 || semi_labels < semi_batch || semi_seeds < 1)) {
        throw new IllegalArgumentException(
            "the semi-supervised part needs a batch of 1 to semi_labels images and a seed, got %d of %d and %d"
                .formatted(semi_batch, semi_labels, semi_seeds));
      }
      MixPolicies.parse(mixing);
      DecoupledMixupConfig.paper(eta);
      DecoupledMixupConfig.paper(eta_large);
    }

    /** Blocks of PuzzleMix are at least two pixels wide. */
    MixPolicy puzzleMix() {
      int power = 31 - Integer.numberOfLeadingZeros(side);
      return new PuzzleMix(1, Math.max(2, power), 1.2, 0.5, 0.2, 4, 3, -1, 0.8);
    }
  }

  /** What is trained: a policy and a loss. */
  record Variant(String name, String title, MixPolicy policy, MixLoss loss) {}

  static final String MIXED = "mce";
  static final String DECOUPLED = "dm";
  static final String LARGE = "dm-large";
  static final String UNMIXED = "unmixed";
  static final String PUZZLE = "puzzlemix";

  static Map<String, Variant> variants(Settings settings) {
    MixPolicy fixed = MixPolicies.parse(settings.mixing());
    List<Variant> all =
        List.of(
            new Variant(MIXED, "mixed cross entropy", fixed, MixLosses.CROSS_ENTROPY),
            new Variant(
                DECOUPLED,
                "decoupled, eta " + settings.eta(),
                fixed,
                DecoupledMixup.of(DecoupledMixupConfig.paper(settings.eta()))),
            new Variant(
                LARGE,
                "decoupled, eta " + settings.eta_large(),
                fixed,
                DecoupledMixup.of(DecoupledMixupConfig.paper(settings.eta_large()))),
            new Variant(
                UNMIXED, "no mixing", MixPolicies.parse("vanilla"), MixLosses.CROSS_ENTROPY),
            new Variant(PUZZLE, "PuzzleMix", settings.puzzleMix(), MixLosses.CROSS_ENTROPY));
    Map<String, Variant> byName = new LinkedHashMap<>();
    all.forEach(variant -> byName.put(variant.name(), variant));
    return byName;
  }

  @Override
  public String question() {
    return "With the same fixed mixing policy, does the decoupled loss make a better classifier than the mixed cross entropy?";
  }

  @Override
  public Record settings(Scale scale) {
    int[] tiny = {1, 1, 1};
    return switch (scale) {
      case SMOKE ->
          new Settings(
              "digits",
              16,
              800,
              300,
              tiny,
              8,
              true,
              6,
              50,
              0.1,
              0.9,
              5e-4,
              1,
              false,
              "cutmix:1",
              0.1,
              1,
              1,
              1,
              100,
              10,
              60,
              0.5,
              0.9,
              1);
      case QUICK ->
          new Settings(
              "cifar10",
              16,
              4000,
              4000,
              tiny,
              16,
              true,
              30,
              100,
              0.1,
              0.9,
              5e-4,
              2,
              false,
              "cutmix:1",
              0.1,
              1,
              3,
              3,
              400,
              16,
              600,
              0.8,
              0.97,
              2);
      case FULL ->
          new Settings(
              "cifar10",
              32,
              50_000,
              10_000,
              new int[] {2, 2, 2, 2},
              64,
              false,
              400,
              100,
              0.1,
              0.9,
              1e-4,
              4,
              true,
              "cutmix:0.2",
              0.1,
              1,
              3,
              3,
              400,
              64,
              200_000,
              0.95,
              0.999,
              3);
    };
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    Settings settings = run.settings(Settings.class);
    try (Scope scope = Scope.open()) {
      SmallImages images =
          SmallImages.load(
              run.data(),
              settings.data(),
              settings.side(),
              settings.images(),
              settings.test_images());
      TrialResults results = train(run, settings, images);
      new DecoupledReport(run, settings, images, results).write();
      return new DecoupledResults(settings, results).findings();
    }
  }

  /** Which repetitions a variant has. */
  static List<Integer> repetitions(Settings settings, String variant) {
    int all = settings.seeds() + settings.fresh_seeds();
    int from = variant.equals(PUZZLE) ? settings.seeds() : 0;
    int to = variant.equals(LARGE) || variant.equals(UNMIXED) ? settings.seeds() : all;
    return IntStream.range(from, to).boxed().toList();
  }

  private static TrialResults train(StudyRun run, Settings settings, SmallImages images)
      throws IOException {
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (Variant variant : variants(settings).values()) {
      List<Integer> repetitions = repetitions(settings, variant.name());
      for (int repetition : repetitions) {
        boolean first = repetition == repetitions.get(0);
        planned.add(
            new StudyRun.Planned(
                variant.name(),
                repetition,
                trial -> MixedTraining.run(trial, settings, variant, images, first)));
      }
    }
    if (settings.semi_labels() > 0) {
      for (int repetition = 0; repetition < settings.semi_seeds(); repetition++) {
        for (SemiSupervised.Kind kind : SemiSupervised.Kind.values()) {
          planned.add(
              new StudyRun.Planned(
                  kind.trial(),
                  repetition,
                  trial -> SemiSupervised.run(trial, settings, kind, images)));
        }
      }
    }
    run.expect(planned.size());
    return TrialResults.run(run, planned);
  }
}
