package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.io.Checkpoints;
import dev.melange.tensor.Losses;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents show of training in Java. */
class TrainerSampleTest {
  @Test
  void trainsAModelByNameAndKeepsItsWeights(@TempDir Path folder) throws IOException {
    PackedImages digits = PackedImages.digits();
    PackedImages some = digits.select(IntStream.range(0, 256).toArray());
    PackedImages others = digits.select(IntStream.range(256, 356).toArray());
    Pipeline pipeline = Pipeline.of(Normalize.of(some));
    Minibatches train = ImageBatches.training(some, pipeline, 32, 1);
    Minibatches valid = ImageBatches.evaluation(others, pipeline, 50);
    try (var model =
        Vision.create(
            "poolformer_s12",
            options ->
                options
                    .classes(10)
                    .channels(1)
                    .size(8)
                    .set(Map.of("layers", "1,1", "embed_dims", "16,32", "mlp_ratios", "2,2"))
                    .set(Map.of("in_patch_size", "3", "in_stride", "1", "in_pad", "1"))
                    .set("layer_scale_init_value", "0.1"))) {
      TrainingResult result =
          Trainer.of(
                  model,
                  batch ->
                      Losses.crossEntropy(model.forward(batch.get("image")), batch.get("label")))
              .data(train, valid)
              .epochs(4)
              .fit();
      assertThat(result.last().metrics().get("valid_loss"))
          .isLessThan(result.history().get(0).metrics().get("valid_loss"));
      Path file = folder.resolve("poolformer.safetensors");
      Checkpoints.save(model, file);
      Checkpoints.load(model, file);
      assertThat(Checkpoints.provenance(file).orElseThrow().model()).isEqualTo("poolformer_s12");
    }
  }
}
