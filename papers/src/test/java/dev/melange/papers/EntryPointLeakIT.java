package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.component.Verifier;
import dev.melange.data.image.Image;
import dev.melange.data.image.Normalize;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ModelSummary;
import dev.melange.papers.affnet.AffNet;
import dev.melange.papers.stripmlp.StripMlpBlock;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Public entry points, each called 200 times, leave no native memory behind. */
class EntryPointLeakIT {
  private static final int CALLS = 200;

  @TempDir Path folder;

  private interface Call {
    void run() throws IOException;
  }

  private static void check(Call call) throws IOException {
    for (int i = 0; i < 3; i++) {
      call.run(); // what is made once is there now
    }
    long handles = Memory.liveHandles();
    long bytes = Memory.liveBytes();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    assertThat(Memory.liveHandles()).as("handles").isEqualTo(handles);
    assertThat(Memory.liveBytes()).as("bytes").isEqualTo(bytes);
    assertThat(Memory.leakedHandles()).as("handles left to the cleaner").isZero();
  }

  private static ImageModel model() {
    return Vision.create(
        "poolformer_s12", // shrunk: what leaks leaks in any size
        options ->
            options
                .classes(3)
                .size(16)
                .set("layers", "[1, 1]")
                .set("embed_dims", "[8, 16]")
                .set("mlp_ratios", "[2, 2]")
                .set("downsamples", "[true, true]"));
  }

  private static Map<String, Tensor> images() {
    return Map.of("image", new Rng(1).normal(8, 3, 16, 16), "label", Tensor.of(new long[8], 8));
  }

  @Test
  void building() throws IOException {
    check(() -> model().close());
  }

  @Test
  void inference() throws IOException {
    try (ImageModel model = model();
        Scope data = Scope.open()) {
      TensorBatch batch = TensorBatch.of(images());
      check(
          () -> {
            try (Scope scope = Scope.open()) {
              Inference.run(batch, b -> model.forward(b.get("image")));
            }
          });
    }
  }

  @Test
  void training() throws IOException {
    try (ImageModel model = model();
        Scope data = Scope.open()) {
      Minibatches batches = Minibatches.inOrder(images(), 8);
      check(
          () ->
              Trainer.of(
                      model,
                      b -> Losses.crossEntropy(model.forward(b.get("image")), b.get("label")))
                  .data(batches, batches)
                  .ema(0.9, false)
                  .clipNorm(1)
                  .epochs(1)
                  .fit());
    }
  }

  @Test
  void trainingWithLearnedMixing() throws IOException {
    Map<String, Tensor> data = images();
    Normalize normalize =
        new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.2f, 0.2f, 0.2f});
    check(
        () -> {
          Mixing mixing = Mixing.parse("adautomix+adamixup+cutmix");
          try (ImageModel model = model();
              MixTraining training = mixing.with(model, new long[] {3, 16, 16}, normalize, 1)) {
            training
                .trainer(mixing.loss().objective(model))
                .data(Minibatches.inOrder(data, 8))
                .steps(1)
                .fit();
            try (Scope scope = Scope.open()) {
              training.preview(TensorBatch.of(data), 3, new Rng(1));
            }
          }
        });
    data.values().forEach(Tensor::close);
  }

  @Test
  void filtersAndMapsOfOtherSizes() throws IOException {
    try (ImageModel filters = mini("affnet_mini");
        ImageModel bands = mini("dsm_mini");
        Scope data = Scope.open()) {
      Tensor x = Tensor.zeros(1, 3, 40, 24); // dsm_mini is made for 32 x 32
      check(
          () -> {
            try (Scope scope = Scope.open()) {
              ((AffNet) filters).filters(x);
              bands.forward(x);
            }
          });
    }
  }

  private static ImageModel mini(String name) {
    return Catalogue.methods().stream()
        .flatMap(method -> method.miniModels().stream())
        .filter(model -> model.name().equals(name))
        .findFirst()
        .map(model -> (ImageModel) model.create(new Rng(1)))
        .orElseThrow();
  }

  @Test
  void weightFiles() throws IOException {
    Path file = folder.resolve("weights.safetensors");
    try (ImageModel model = model()) {
      check(
          () -> {
            dev.melange.io.Weights.write(file, model.state(), Map.of());
            try (var weights = dev.melange.io.SafeTensorsFile.open(file);
                Scope scope = Scope.open()) {
              model.load(dev.melange.io.Weights.read(weights));
            }
          });
    }
  }

  @Test
  void verification() throws IOException, URISyntaxException {
    Verifier verifier = new Verifier(Catalogue.components());
    Path file =
        Path.of(
            EntryPointLeakIT.class
                .getResource("/golden/timemixer/past-decomposable-mixing.ci.safetensors")
                .toURI());
    check(() -> assertThat(verifier.verify(file).status()).isEqualTo(Verifier.Status.PASSED));
  }

  @Test
  void summary() throws IOException {
    try (ImageModel model = model()) {
      check(
          () -> {
            try (Scope scope = Scope.open()) {
              Tensor image = Tensor.zeros(1, 3, 16, 16);
              ModelSummary.of(model, () -> model.forward(image));
            }
          });
    }
  }

  @Test
  void picturesAndViews() throws IOException {
    byte[] pixels = new byte[3 * 20 * 18];
    Image image = new Image(3, 20, 18, pixels);
    try (ImageModel model = model();
        ImageClassifier classifier =
            new ImageClassifier(model, ImageInput.of(3, 16, false), List.of("a", "b", "c"));
        Scope data = Scope.open()) {
      Tensor x = new Rng(1).normal(2, 3, 16, 16);
      check(
          () -> {
            FilterPictures.tiles(model, 4);
            ReceptiveField.ofCentre(model::forwardFeatures, x);
            classifier.probabilities(List.of(image), 3, 1);
          });
    }
  }

  @Test
  void stripsForwardsAndBackwards() throws IOException {
    try (StripMlpBlock block =
            new StripMlpBlock(new StripMlpBlock.Config(16, 4, 3, null), new Rng(1));
        Scope data = Scope.open()) {
      block.train();
      Tensor x = new Rng(1).normal(2, 16, 4, 4);
      Tensor[] parameters = block.parameters().values().toArray(Tensor[]::new);
      check(
          () -> {
            try (Scope scope = Scope.open()) {
              Autograd.grad(block.forward(x).square().sum(), parameters);
            }
          });
    }
  }
}
