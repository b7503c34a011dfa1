package dev.melange.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ImageInput;
import dev.melange.papers.ModelCost;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import java.util.Map;

/** How fast an image model is, and what it costs, in the results of trainings. */
final class ImageSpeed {
  private static final String PARAMETERS = "parameters";
  private static final String MACS = "macs";
  private static final String ACTIVATIONS = "activation_bytes";
  private static final String TRAINED = "training_images_per_second";
  private static final String INFERRED = "inference_images_per_second";
  private static final int BATCH = 64;
  private static final int LEAST_RUNS = 3;
  private static final double SECONDS = 0.5;

  private ImageSpeed() {}

  /**
   * Adds cost and speed to a result.
   *
   * @param stepSeconds duration of a training step; NaN if not known
   * @param batch images of a training step
   * @param model the trained model
   * @param input how it sees images
   */
  static void add(
      ObjectNode json, double stepSeconds, int batch, ImageModel model, ImageInput input) {
    ModelCost cost = ModelCost.of(model, input.channels(), input.size(), input.size());
    json.put(PARAMETERS, cost.parameters());
    json.put(MACS, cost.macs());
    json.put(ACTIVATIONS, cost.activationBytes());
    if (Double.isNaN(stepSeconds)) {
      json.putNull(TRAINED);
    } else {
      json.put(TRAINED, batch / stepSeconds);
    }
    json.put(INFERRED, inferred(model, input));
  }

  /** Images per second in inference, in batches, the best of some runs. */
  private static double inferred(ImageModel model, ImageInput input) {
    model.eval();
    try (Scope scope = Scope.open()) {
      Tensor images = new Rng(0).normal(BATCH, input.channels(), input.size(), input.size());
      TensorBatch batch = TensorBatch.of(Map.of("image", images));
      double best = 0;
      long begin = System.nanoTime();
      for (int run = 0; run < LEAST_RUNS || System.nanoTime() - begin < SECONDS * 1e9; run++) {
        long start = System.nanoTime();
        try (Scope each = Scope.open()) {
          Inference.run(batch, part -> model.forward(part.get("image")));
        }
        best = Math.max(best, BATCH * 1e9 / (System.nanoTime() - start));
      }
      return best;
    }
  }

  /** The cost in a result. */
  static ModelCost cost(JsonNode result) {
    return new ModelCost(
        result.get(PARAMETERS).asLong(),
        result.get(MACS).asLong(),
        result.get(ACTIVATIONS).asLong());
  }

  /** Images per second in training; NaN if they were not measured. */
  static double trained(JsonNode result) {
    return result.path(TRAINED).asDouble(Double.NaN);
  }

  /** Images per second in inference. */
  static double inferred(JsonNode result) {
    return result.path(INFERRED).asDouble(Double.NaN);
  }
}
