package dev.melange.papers.raftmlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.Dataset;
import dev.melange.data.image.ColorJitter;
import dev.melange.data.image.Cutout;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandAugment;
import dev.melange.data.image.RandomCrop;
import dev.melange.data.image.Resize;
import dev.melange.data.image.ResizeShorterSide;
import dev.melange.nn.Macs;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageInput;
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
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Is it better to mix columns and rows in rafts of channels than all positions at once? Networks of
 * the same width and depth that differ in their token mixing, and a pyramid, are trained alike.
 */
final class RaftMlpStudy implements Study {
  /** One-seed differences of about a point are noise at the quick scale. */
  static final double NOISE = 1;

  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final int TEST_BATCH = 125;
  private static final int RESIZED_IMAGES = 1000;

  @Override
  public String question() {
    return "Does token mixing in vertical and horizontal rafts beat MLP-Mixer's mixing of all"
        + " positions, with fewer parameters and operations?";
  }

  @Override
  public Record settings(Scale scale) {
    return RaftMlpSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    RaftMlpSettings settings = run.settings(RaftMlpSettings.class);
    try (StudyImages images = images(run, settings)) {
      run.expect(settings.variants().size() * settings.seeds());
      List<ImageResults.Network> networks = new ArrayList<>();
      for (String key : settings.variants()) {
        Variant variant = Variant.of(key);
        RaftMlpConfig config = variant.config(settings, images);
        List<ObjectNode> trials = new ArrayList<>();
        for (int i = 0; i < settings.seeds(); i++) {
          boolean first = i == 0;
          trials.add(run.trial(key, i, trial -> train(trial, settings, images, config, first)));
        }
        networks.add(new ImageResults.Network(key, variant.title(), macs(config), trials));
      }
      ImageResults results = new ImageResults(images.name(), networks);
      results.check(run);
      new RaftMlpReport(run, settings, images, results).write();
      return judge(results);
    }
  }

  private static StudyImages images(StudyRun run, RaftMlpSettings settings) throws IOException {
    StudyImages images = StudyImages.open(run.data(), settings.images());
    if (!settings.augment().equals("paper")) {
      return images;
    }
    int size = images.size();
    // the evaluation takes the central square of images that are a seventh larger: 256 for 224
    ImageInput input =
        new ImageInput(images.channels(), size, 0.875, true, images.evaluation().normalize());
    Pipeline training =
        Pipeline.of(
            input.normalize(),
            input.channelStep(),
            new ResizeShorterSide(size * 8 / 7, Resize.Filter.BICUBIC),
            new RandomCrop(size, size, 0, Padding.ZERO),
            new HorizontalFlip(0.5),
            new ColorJitter(0.4, 0.4, 0.4, 0),
            RandAugment.standard(),
            Cutout.of(0.25));
    return images.through(training, input.evaluation());
  }

  private static ObjectNode train(
      Trial trial,
      RaftMlpSettings settings,
      StudyImages images,
      RaftMlpConfig config,
      boolean first)
      throws IOException {
    try (RaftMlp model = new RaftMlp(config, new Rng(trial.seed()))) {
      ImageTraining training = new ImageTraining(images, settings.recipe());
      ObjectNode json;
      if (settings.mix() > 0) {
        CutMixup mixing = new CutMixup(settings.mix(), settings.mix(), settings.alpha());
        json =
            training.run(
                trial,
                model,
                CutMixup.loss(model, settings.recipe().smoothing()),
                (batch, rng, progress) -> mixing.apply(batch, model.classes(), rng));
      } else {
        json = training.run(trial, model);
      }
      if (first) {
        trial.save(model, "raft-mlp-" + settings.network(), config);
        testAtOtherSizes(model, settings, images, json);
      }
      return json;
    }
  }

  /** Accuracy on the first test images, resized: the network itself stays as it is. */
  private static void testAtOtherSizes(
      RaftMlp model, RaftMlpSettings settings, StudyImages images, ObjectNode json) {
    model.eval();
    Dataset<LabelledImage> test = images.test();
    int[] first = IntStream.range(0, Math.min(RESIZED_IMAGES, test.size())).toArray();
    ArrayNode sides = json.putArray("sides");
    ArrayNode accuracies = json.putArray("accuracy_by_side");
    for (int percent : settings.sizes()) {
      int side = Math.max(1, images.size() * percent / 100);
      Pipeline resized = images.evaluation().then(new Resize(side, side, Resize.Filter.BICUBIC));
      sides.add(side);
      accuracies.add(
          100
              * ImageEvaluation.of(
                      model, ImageBatches.evaluation(test.subset(first), resized, TEST_BATCH))
                  .accuracy(1));
    }
  }

  private static long macs(RaftMlpConfig config) {
    try (RaftMlp model = new RaftMlp(config, new Rng(0));
        Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      int side = config.pretrained_image_size();
      Tensor x = Tensor.zeros(1, config.in_channels(), side, side);
      return Macs.count(() -> model.forward(x));
    }
  }

  /** The verdicts. */
  static List<Finding> judge(ImageResults results) {
    List<Finding> findings = new ArrayList<>();
    findings.add(main(results));
    if (results.has("raft-1", "mixer")) {
      findings.add(splitting(results));
    }
    return findings;
  }

  private static Finding main(ImageResults results) {
    String claim =
        "Token mixing in vertical and horizontal rafts of four channels beats MLP-Mixer's full"
            + " token mixing with fewer parameters and no more operations, and beats rafts of one"
            + " channel.";
    if (!results.has("mixer", "raft-1", "raft-4")) {
      return new Finding(
          claim,
          Verdict.DOES_NOT_SHOW,
          List.of(
              "The criteria need the variants mixer, raft-1 and raft-4; this run has %s."
                  .formatted(results.keys())),
          true);
    }
    ImageResults.Network raft = results.get("raft-4");
    ImageResults.Network mixer = results.get("mixer");
    boolean smaller = raft.parameters() < mixer.parameters() && raft.macs() <= mixer.macs();
    List<String> reasons = new ArrayList<>();
    reasons.add(results.against("raft-4", "mixer"));
    reasons.add(results.against("raft-4", "raft-1"));
    reasons.add(
        String.format(
            Locale.ROOT,
            "%,d parameters against %,d, %.2f million multiply-accumulates against %.2f million.",
            raft.parameters(),
            mixer.parameters(),
            (double) raft.macs() / 1e6,
            (double) mixer.macs() / 1e6));
    double least = Math.min(results.lead("raft-4", "mixer"), results.lead("raft-4", "raft-1"));
    Verdict verdict =
        least > 0 && smaller
            ? Verdict.HOLDS
            : least < -NOISE ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return undecidedBySeeds(results, new Finding(claim, verdict, reasons, true));
  }

  private static Finding splitting(ImageResults results) {
    double lead = results.lead("raft-1", "mixer");
    Verdict verdict =
        lead > NOISE ? Verdict.HOLDS : lead < -NOISE ? Verdict.FAILS : Verdict.DOES_NOT_SHOW;
    return undecidedBySeeds(
        results,
        new Finding(
            "Splitting alone, without joining channels, already beats MLP-Mixer.",
            verdict,
            List.of(results.against("raft-1", "mixer")),
            false));
  }

  private static Finding undecidedBySeeds(ImageResults results, Finding finding) {
    if (results.seeds() >= SEEDS_FOR_A_VERDICT) {
      return finding;
    }
    List<String> reasons = new ArrayList<>(finding.reasons());
    reasons.add(
        "Differences of about %.0f point between two seeds are noise: a verdict needs at least %d seeds, this run had %d."
            .formatted(NOISE, SEEDS_FOR_A_VERDICT, results.seeds()));
    return new Finding(finding.claim(), Verdict.DOES_NOT_SHOW, reasons, finding.main());
  }
}
