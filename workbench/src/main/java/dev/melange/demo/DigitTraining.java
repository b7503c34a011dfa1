package dev.melange.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandomShift;
import dev.melange.data.image.Resize;
import dev.melange.io.Provenance;
import dev.melange.io.Weights;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Mode;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageInput;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.Mixing;
import dev.melange.papers.Vision;
import dev.melange.tensor.Engine;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Trains small classifiers of the bundled handwritten digits. */
final class DigitTraining {
  static final String CLASSIFIER = "classifier.safetensors";
  static final String MIXING = "mixing.safetensors";
  static final int SIDE = 32;
  private static final int BATCH = 32;
  private static final int SHIFT = 2;
  private static final long SEED = 0;

  /** Three channels, as the small networks see them. */
  static final ImageInput INPUT = ImageInput.of(3, SIDE, true);

  private DigitTraining() {}

  /** What pictures go through that have their size already. */
  static Pipeline plain() {
    return Pipeline.of(INPUT.normalize(), INPUT.channelStep());
  }

  /** A network for the digits with initial weights. */
  static ImageModel create(String model) {
    return Vision.create(model, options -> options.classes(10).size(SIDE).seed(SEED));
  }

  /** The mixing of a network's training; for policies that learn, with their networks. */
  static MixTraining mixing(String policy, ImageModel model) {
    model.to(Engine.get().device());
    return Mixing.parse(policy).with(model, new long[] {3, SIDE, SIDE}, INPUT.normalize(), SEED);
  }

  /**
   * Trains.
   *
   * @param model its name
   * @param policy of mixing; {@code vanilla} for none
   * @param epochs passes over the 1,437 training images
   * @param folder gets {@link #CLASSIFIER}, and {@link #MIXING} if the policy learns
   * @param hook completes the trainer
   * @return how good it is
   */
  static String train(String model, String policy, int epochs, Path folder, Consumer<Trainer> hook)
      throws IOException {
    PackedImages digits = ImageSets.load(DataSets.standard(), "digits", true);
    PackedImages test = ImageSets.load(DataSets.standard(), "digits", false);
    Pipeline training =
        Pipeline.of(
            INPUT.normalize(),
            INPUT.channelStep(),
            new Resize(SIDE, SIDE, Resize.Filter.BICUBIC),
            new RandomShift(SHIFT, Padding.ZERO));
    try (ImageModel network = create(model);
        MixTraining mixing = mixing(policy, network)) {
      Minibatches train = ImageBatches.training(digits, training, BATCH, SEED);
      Minibatches valid = ImageBatches.evaluation(test, INPUT.evaluation(), 64);
      Trainer trainer =
          mixing
              .trainer(new ImageLoss(network, 0.05))
              .data(train, valid)
              .epochs(epochs)
              .clipNorm(5)
              .metrics(() -> Map.of("accuracy", ImageEvaluation.of(network, valid).accuracy(1)))
              .monitor("accuracy", Mode.MAX)
              .restoreBest()
              .seed(SEED);
      hook.accept(trainer);
      trainer.fit();
      if (!mixing.learners().isEmpty()) {
        Weights.write(folder.resolve(MIXING), mixing.learnedState(), Map.of("mix", policy));
      }
      ObjectNode settings = JsonNodeFactory.instance.objectNode();
      settings.put("epochs", epochs).put("mix", policy);
      Provenance provenance =
          new Provenance(
              model,
              network.origin().orElseThrow().config(),
              Map.of(),
              SEED,
              settings,
              JsonNodeFactory.instance.objectNode().put("command", "demos train"));
      network.eval();
      new ImageClassifier(network, INPUT, PackedImages.digitNames())
          .save(folder.resolve(CLASSIFIER), provenance);
      return String.format(
          Locale.ROOT,
          "%s tells %.1f %% of %d unseen digits",
          model,
          100 * ImageEvaluation.of(network, valid).accuracy(1),
          test.size());
    }
  }
}
