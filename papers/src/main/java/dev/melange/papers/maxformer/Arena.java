package dev.melange.papers.maxformer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.Image;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandAugment;
import dev.melange.data.image.RandomErasing;
import dev.melange.data.image.Transform;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Where the networks compete: the same images, order and recipe.
 *
 * @param settings the study's
 * @param images the images at their own size
 */
record Arena(MaxFormerSettings settings, StudyImages images) {
  private static final int TEST_BATCH = 200;

  /** Side of the images that the networks see. */
  int side() {
    return images.size() / settings.shrink();
  }

  /** The configuration of a network. */
  MaxFormerConfig config(String mixer, boolean spiking) {
    return settings.network(mixer, spiking, images.channels(), side(), images.classes().size());
  }

  /** A network with new weights. */
  MaxFormer create(String mixer, boolean spiking, long seed) {
    return new MaxFormer(
        config(mixer, spiking), spiking ? Neurons.SPIKING : Neurons.RELU, new Rng(seed));
  }

  /** What a test image goes through. */
  Pipeline plain() {
    return shrunk(images.evaluation());
  }

  private Pipeline shrunk(Pipeline pipeline) {
    List<Transform> steps = new ArrayList<>(pipeline.transforms());
    if (settings.shrink() > 1) {
      steps.add((image, draws) -> shrink(image, settings.shrink()));
    }
    return new Pipeline(steps, pipeline.normalize(), pipeline.after());
  }

  /** What a training image goes through. */
  private Pipeline augmented() {
    if (!settings.augment().equals(MaxFormerSettings.PAPER)) {
      return shrunk(images.training());
    }
    int[] grey = new int[images.channels()];
    Arrays.fill(grey, 128);
    return plain()
        .then(new HorizontalFlip(0.5))
        .then(new RandAugment(1, 9, 0.4, 0.5, grey))
        .with(RandomErasing.of(0.25));
  }

  /** The mean of each square of pixels; what is left over at the right and below is cut off. */
  static Image shrink(Image image, int side) {
    int height = image.height() / side;
    int width = image.width() / side;
    byte[] data = new byte[image.channels() * height * width];
    for (int i = 0; i < data.length; i++) {
      int channel = i / (height * width);
      int top = i / width % height * side;
      int left = i % width * side;
      int sum = 0;
      for (int j = 0; j < side * side; j++) {
        sum += image.get(channel, top + j / side, left + j % side);
      }
      data[i] = (byte) Math.round((float) sum / (side * side));
    }
    return new Image(image.channels(), height, width, data);
  }

  /** The first test images as a network sees them, at most {@code count}: [B, c, H, W]. */
  Tensor testImages(int count) throws IOException {
    List<Image> some = new ArrayList<>();
    for (int i = 0; i < Math.min(count, images.test().size()); i++) {
      some.add(images.test().get(i, new Rng(0)).image());
    }
    return ImageBatches.tensor(some, plain());
  }

  /** Trains a network from new weights and says what came of it; accuracies in percent. */
  ObjectNode train(Trial trial, String mixer, boolean spiking) throws IOException {
    try (MaxFormer model = create(mixer, spiking, trial.seed())) {
      model.to(Engine.get().device());
      Minibatches train =
          ImageBatches.training(images.train(), augmented(), settings.batch(), trial.seed());
      Minibatches test = ImageBatches.evaluation(images.test(), plain(), TEST_BATCH);
      int epochs = settings.epochs(images.train().size());
      TrainingResult result;
      try (Optimizer adamW =
          Adam.adamW(
              ParameterGroup.noDecayOnVectors(model, settings.weight_decay(), name -> false))) {
        Trainer trainer =
            Trainer.of(model, new ImageLoss(model, settings.smoothing()))
                .data(train)
                .optimizer(adamW)
                .schedule(settings.schedule(epochs, train.batches()))
                .epochs(epochs + settings.cooldown())
                .metrics(
                    () -> Map.of("accuracy", 100 * ImageEvaluation.of(model, test).accuracy(1)))
                .seed(trial.seed());
        if (settings.mix_epochs() > 0) {
          MixPolicy mix = MixPolicies.parse(settings.mix());
          MixContext context = MixContext.of(model, images.evaluation().normalize());
          long mixed = (long) settings.mix_epochs() * train.batches();
          trainer.prepare(
              (batch, rng, progress) ->
                  adamW.steps() < mixed ? mix.apply(batch, context.at(progress), rng) : batch);
        }
        result = trial.train(trainer);
      }
      trial.save(model, "max-former" + (spiking ? "" : "-relu"), model.config());
      return json(model, result);
    }
  }

  private static ObjectNode json(MaxFormer model, TrainingResult result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("accuracy", result.last().metrics().get("accuracy"));
    json.put("parameters", model.parameterCount());
    TrainingFigures.putEpochs(json, "loss", result);
    return json;
  }
}
