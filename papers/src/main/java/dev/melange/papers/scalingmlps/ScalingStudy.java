package dev.melange.papers.scalingmlps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.papers.TestTimeAugmentation;
import dev.melange.papers.study.ClassifierRecipe;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * MLPs on pixels: does more width, more data and augmentation help, is the bottleneck better than
 * the standard MLP, and what do pre-training and test-time augmentation bring?
 */
final class ScalingStudy implements Study {
  /** Key of the pre-trained network. */
  static final String PRETRAINED = "pretrained";

  /** Keys of what is done with the new classes. */
  static final List<String> TRANSFERS = List.of("finetuned", "linear-probe", "from-scratch");

  private static final int VIEWED_AT_ONCE = 100;

  @Override
  public String question() {
    return "How far does an MLP on the pixels of an image come with more width, more images and augmentation, and with pre-training?";
  }

  @Override
  public Record settings(Scale scale) {
    return ScalingSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    ScalingSettings settings = run.settings(ScalingSettings.class);
    try (ScalingData data = ScalingData.open(run.data(), settings)) {
      List<ScalingVariant> variants = settings.variants();
      int networks = variants.size() + (settings.transfer() == null ? 0 : 1 + TRANSFERS.size());
      run.expect(networks * settings.seeds());
      Map<String, List<JsonNode>> outcomes = new LinkedHashMap<>();
      trials(run, settings, firstTrials(settings, data, variants), outcomes);
      if (settings.transfer() != null) {
        trials(run, settings, laterTrials(run, settings, data), outcomes);
      }
      ScalingResults results = new ScalingResults(settings, outcomes);
      new ScalingReport(run, settings, data, results).write();
      return results.findings();
    }
  }

  private static void trials(
      StudyRun run,
      ScalingSettings settings,
      List<StudyRun.Planned> planned,
      Map<String, List<JsonNode>> outcomes)
      throws IOException {
    List<ObjectNode> results = run.trials(planned);
    for (int i = 0; i < results.size(); i++) {
      String key = planned.get(i).variant();
      outcomes.computeIfAbsent(key, name -> new ArrayList<>()).add(results.get(i));
      check(run, key, run.seed() + i % settings.seeds(), results.get(i));
    }
  }

  private static void check(StudyRun run, String key, long seed, JsonNode result) {
    JsonNode losses = result.get("loss");
    double first = losses.get(0).asDouble();
    double last = losses.get(losses.size() - 1).asDouble();
    run.check(
        String.format(
            Locale.ROOT,
            "%s-s%d: the training loss falls, from %.3f in the first epoch to %.3f in the last.",
            key,
            seed,
            first,
            last),
        last < first || losses.size() == 1);
  }

  /** What needs nothing of other trials: the networks from scratch, and the pre-training. */
  private static List<StudyRun.Planned> firstTrials(
      ScalingSettings settings, ScalingData data, List<ScalingVariant> variants) {
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (ScalingVariant variant : variants) {
      for (int i = 0; i < settings.seeds(); i++) {
        planned.add(
            new StudyRun.Planned(
                variant.key(), i, trial -> scratch(trial, settings, data, variant)));
      }
    }
    if (settings.transfer() != null) {
      for (int i = 0; i < settings.seeds(); i++) {
        planned.add(new StudyRun.Planned(PRETRAINED, i, trial -> pretrain(trial, settings, data)));
      }
    }
    return planned;
  }

  private static ObjectNode scratch(
      Trial trial, ScalingSettings settings, ScalingData data, ScalingVariant variant)
      throws IOException {
    ScalingMlpConfig config = config(data, variant);
    ClassifierRecipe.Data images = data.scratch(variant);
    try (ScalingMlp model = new ScalingMlp(config, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      ObjectNode json = settings.recipe().train(trial, variant.key(), model, images);
      json.put("test_images", images.test().size());
      // backward passes cost two forward passes
      json.put("compute", 3.0 * model.macs() * images.train().size() * settings.recipe().epochs());
      if (settings.views() > 0 && variant.augmented()) {
        model.eval();
        json.put("accuracy_tta", augmentedAccuracy(model, settings, data, trial));
      }
      trial.save(model, "scaling-mlp-" + variant.key(), config);
      return json;
    }
  }

  /** Test accuracy in per cent with probabilities averaged over random versions. */
  private static double augmentedAccuracy(
      ScalingMlp model, ScalingSettings settings, ScalingData data, Trial trial)
      throws IOException {
    Dataset<LabelledImage> test = data.images().test();
    Rng draws = new Rng(trial.seed()).fork(1);
    int right = 0;
    for (int from = 0; from < test.size(); from += VIEWED_AT_ONCE) {
      List<Image> pictures = new ArrayList<>();
      List<Integer> labels = new ArrayList<>();
      for (int i = from; i < Math.min(test.size(), from + VIEWED_AT_ONCE); i++) {
        LabelledImage item = test.get(i, draws);
        pictures.add(item.image());
        labels.add(item.label());
      }
      try (Scope scope = Scope.open();
          var guard = Autograd.noGrad()) {
        Tensor views = data.views(pictures, settings.views(), draws).to(Engine.get().device());
        long[] classes = TestTimeAugmentation.probabilities(model, views).argmax(1).toLongs();
        for (int i = 0; i < classes.length; i++) {
          right += classes[i] == labels.get(i) ? 1 : 0;
        }
      }
    }
    return 100.0 * right / test.size();
  }

  private static ObjectNode pretrain(Trial trial, ScalingSettings settings, ScalingData data)
      throws IOException {
    ScalingMlpConfig config = widest(settings, data, data.sourceClasses());
    try (ScalingMlp model = new ScalingMlp(config, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      ObjectNode json =
          settings.transfer().pretrain().train(trial, PRETRAINED, model, data.source());
      trial.save(model, "scaling-mlp-" + PRETRAINED, config);
      return json;
    }
  }

  /** What begins from the pre-trained weights, and the network from scratch beside it. */
  private static List<StudyRun.Planned> laterTrials(
      StudyRun run, ScalingSettings settings, ScalingData data) {
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (String key : TRANSFERS) {
      for (int i = 0; i < settings.seeds(); i++) {
        planned.add(
            new StudyRun.Planned(key, i, trial -> transfer(run, trial, settings, data, key)));
      }
    }
    return planned;
  }

  private static ObjectNode transfer(
      StudyRun run, Trial trial, ScalingSettings settings, ScalingData data, String key)
      throws IOException {
    boolean scratch = key.equals("from-scratch");
    ScalingMlpConfig config =
        widest(settings, data, scratch ? data.targetClasses() : data.sourceClasses());
    try (ScalingMlp model = new ScalingMlp(config, new Rng(trial.seed()))) {
      if (!scratch) {
        run.load(PRETRAINED + "-s" + trial.seed(), model);
        model.resetClassifier(data.targetClasses(), new Rng(trial.seed()).fork(2));
      }
      model.to(Engine.get().device());
      ScalingSettings.Transfer transfer = settings.transfer();
      ClassifierRecipe recipe =
          scratch
              ? transfer.scratch()
              : key.equals("finetuned") ? transfer.finetune() : transfer.probe();
      return recipe.train(trial, key, model, data.target());
    }
  }

  private static ScalingMlpConfig widest(ScalingSettings settings, ScalingData data, int classes) {
    ScalingVariant variant = settings.variants().get(settings.widths().size() - 1);
    return variant.config(data.images().channels(), data.images().size(), classes);
  }

  /** The configuration of a network from scratch. */
  static ScalingMlpConfig config(ScalingData data, ScalingVariant variant) {
    return variant.config(
        data.images().channels(), data.images().size(), data.images().classes().size());
  }
}
