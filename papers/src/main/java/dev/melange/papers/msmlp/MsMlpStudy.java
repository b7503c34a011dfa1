package dev.melange.papers.msmlp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.nn.Macs;
import dev.melange.papers.ImageInput;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.ImageTraining;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Is it better to shift groups of channels and to mix them over neighbourhoods that grow with the
 * shift than to do only one of the two, or none? Four networks that differ in nothing else are
 * trained alike.
 */
final class MsMlpStudy implements Study {
  /** Differences of less are noise at the quick scale. */
  static final double NOISE = 0.5;

  private static final int SEEDS_FOR_A_VERDICT = 2;

  @Override
  public String question() {
    return "Does mixing whose size grows with the shift distance beat shifting alone and mixing"
        + " alone?";
  }

  @Override
  public Record settings(Scale scale) {
    return MsMlpSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MsMlpSettings settings = run.settings(MsMlpSettings.class);
    try (StudyImages images = images(run, settings)) {
      run.expect(settings.variants().size() * settings.seeds());
      List<ImageResults.Network> networks = new ArrayList<>();
      for (String key : settings.variants()) {
        Variant variant = Variant.of(key);
        MsMlpConfig config = settings.config(variant, images);
        List<ObjectNode> trials = new ArrayList<>();
        for (int i = 0; i < settings.seeds(); i++) {
          boolean keep = i == 0;
          trials.add(run.trial(key, i, trial -> train(trial, settings, images, config, keep)));
        }
        networks.add(new ImageResults.Network(key, variant.title(), macs(config), trials));
      }
      ImageResults results = new ImageResults(images.name(), networks);
      results.check(run);
      new MsMlpReport(run, settings, images, results).write();
      return judge(results);
    }
  }

  private static StudyImages images(StudyRun run, MsMlpSettings settings) throws IOException {
    StudyImages images = StudyImages.open(run.data(), settings.images());
    if (!settings.augment().equals("imagenet")) {
      return images;
    }
    // the whole central square of images that are a seventh larger: 256 for 224
    ImageInput input =
        new ImageInput(
            images.channels(), images.size(), 0.875, true, images.evaluation().normalize());
    return images.through(images.training(), input.evaluation());
  }

  private static ObjectNode train(
      Trial trial, MsMlpSettings settings, StudyImages images, MsMlpConfig config, boolean keep)
      throws IOException {
    try (MsMlp model = new MsMlp(config, new Rng(trial.seed()))) {
      ImageTraining training = new ImageTraining(images, settings.recipe());
      ObjectNode json;
      if (settings.mix().equals("vanilla")) {
        json = training.run(trial, model);
      } else {
        MixPolicy mix = MixPolicies.parse(settings.mix());
        MixContext context = MixContext.of(model, images.evaluation().normalize());
        json =
            training.run(
                trial,
                model,
                new ImageLoss(model, settings.recipe().smoothing()),
                (batch, rng, progress) -> mix.apply(batch, context.at(progress), rng));
      }
      if (keep) {
        trial.save(model, "ms-mlp-" + settings.network(), config);
      }
      return json;
    }
  }

  private static long macs(MsMlpConfig config) {
    try (MsMlp model = new MsMlp(config, new Rng(0));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x =
          Tensor.zeros(1, config.in_chans(), config.img_size().height(), config.img_size().width());
      return Macs.count(() -> model.forward(x));
    }
  }

  /** The verdicts; the stricter one is the claim as the paper has it. */
  static List<Finding> judge(ImageResults results) {
    return List.of(
        finding(
            results,
            "Mixing whose size grows with the shift distance beats shifting alone, and beats"
                + " neither mixing nor shifting.",
            List.of("shift-only", "neither"),
            0,
            true),
        finding(
            results,
            "Mixing whose size grows with the shift distance beats mixing alone, too (the paper's"
                + " whole claim).",
            List.of("shift-only", "mix-only", "neither"),
            NOISE,
            false));
  }

  /**
   * A verdict about the paper's network against others.
   *
   * @param margin by how many points the means must differ
   */
  private static Finding finding(
      ImageResults results, String claim, List<String> others, double margin, boolean main) {
    List<String> needed = new ArrayList<>(others);
    needed.add("mix-shift");
    if (!results.keys().containsAll(needed)) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "The criterion needs the variants %s; this run has %s."
                  .formatted(needed, results.keys())),
          main);
    }
    List<String> reasons = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (String other : others) {
      reasons.add(results.against("mix-shift", other));
      least = Math.min(least, results.lead("mix-shift", other));
    }
    if (others.contains("mix-only")) {
      reasons.add(
          "A neighbourhood of 7 x 7 covers most of a map of 8 x 8: on small images shifting can add"
              + " little.");
    }
    if (results.seeds() < SEEDS_FOR_A_VERDICT) {
      reasons.add(
          "A verdict needs at least %d seeds, this run had %d."
              .formatted(SEEDS_FOR_A_VERDICT, results.seeds()));
      return new Finding(claim, Verdict.DOES_NOT_SHOW, reasons, main);
    }
    Verdict verdict =
        least > margin ? Verdict.HOLDS : least < -NOISE ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return new Finding(claim, verdict, reasons, main);
  }
}
