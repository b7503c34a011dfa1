package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import dev.melange.io.Checkpoints;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixedBatch;
import dev.melange.nn.ImageModel;
import dev.melange.papers.forecast.ForecastOptions;
import dev.melange.papers.forecast.Forecaster;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java code of the README, compiled and run. */
class ReadmeExamplesTest {
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Path SOURCE =
      Path.of("src/test/java/dev/melange/papers/ReadmeExamplesTest.java");

  @TempDir Path folder;

  @Test
  void trainsAClassifier() throws IOException {
    Path weights = folder.resolve("digits.safetensors");

    PackedImages digits = ImageSets.load(DataSets.standard(), "digits", true);
    PackedImages others = ImageSets.load(DataSets.standard(), "digits", false);
    Pipeline pipeline = Pipeline.of(Normalize.of(digits));
    Minibatches train = ImageBatches.training(digits, pipeline, 64, 1);
    Minibatches valid = ImageBatches.evaluation(others, pipeline, 64);

    try (ImageModel model =
        Vision.create("poolformer_s12", o -> o.classes(10).channels(1).size(8))) {
      TrainingResult result =
          Trainer.of(
                  model,
                  batch ->
                      Losses.crossEntropy(model.forward(batch.get("image")), batch.get("label")))
              .data(train, valid)
              .epochs(2)
              .fit();
      System.out.println(result.last().metrics().get("valid_loss"));
      Checkpoints.save(model, weights);
    }

    assertThat(weights).isNotEmptyFile();
  }

  @Test
  void mixesABatch() {
    try (Scope scope = Scope.open();
        ImageModel model =
            Vision.create("poolformer_mini", o -> o.classes(10).channels(1).size(8))) {
      Tensor images = new Rng(1).normal(16, 1, 8, 8);
      Tensor labels = Tensor.arange(0, 16).remainder(10);
      Rng rng = new Rng(2);

      MixPolicy policy = MixPolicies.parse("mixup:0.8+cutmix:1");
      MixedBatch mixed = policy.mix(images, labels, rng); // [N, C, H, W] and int64 [N]
      Tensor loss = MixLosses.CROSS_ENTROPY.loss(model.forward(mixed.image()), mixed);

      assertThat(loss.item()).isPositive().isFinite();
      assertThat(mixed.target(10).sum(1).sub(1).abs().max().item()).isLessThan(1e-6);
    }
  }

  @Test
  void forecastsASeries() throws IOException {
    Path csv = folder.resolve("power.csv");
    Path model = folder.resolve("power.safetensors");
    StringBuilder rows = new StringBuilder("date,OT\n");
    for (int hour = 0; hour < 400; hour++) {
      rows.append("2024-03-%02d %02d:00,%d\n".formatted(1 + hour / 24, hour % 24, hour % 24));
    }
    Files.writeString(csv, rows);

    try (Forecaster forecaster = Forecaster.fit(SeriesCsv.read(csv), ForecastOptions.of(24))) {
      TimeSeries next = forecaster.forecast(SeriesCsv.read(csv)); // 24 rows with their dates
      forecaster.save(model, Map.of());
      System.out.println(next.times().orElseThrow()[0] + " " + next.get(0, 0));
    }

    assertThat(model).isNotEmptyFile();
  }

  @Test
  void computesWithTensors() {
    long before = Memory.liveHandles();

    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.ones(2, 3);
      Tensor w = Tensor.full(0.5, 3, 4).requiresGrad_(true);
      Tensor y = x.matmul(w).gelu().sum();
      y.backward();
      System.out.println(y.item() + " " + w.grad());
    }

    assertThat(Memory.liveHandles()).isLessThanOrEqualTo(before);
  }

  @Test
  void everyCodeBlockOfTheReadmeIsRunHere() throws IOException {
    String source = words(Files.readString(SOURCE));
    Matcher blocks = CODE.matcher(Files.readString(Path.of("../README.md")));
    List<String> codes = blocks.results().map(block -> block.group(1)).toList();
    assertThat(codes).isNotEmpty();
    for (String code : codes) {
      assertThat(source).contains(words(code));
    }
  }

  /** The text without differences of layout. */
  private static String words(String text) {
    return text.replaceAll("\\s+", "");
  }
}
