package dev.melange.papers.hardnegativemixing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Sgd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingProgress;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContrastiveTrainingTest {
  private static final long SEED = 8;
  private static final int DIM = 6;
  private static final int CAPACITY = 20;
  private static final DigitEncoder.Config SHAPE = new DigitEncoder.Config(16, 12, 10, DIM);

  @TempDir private Path folder;

  private static MocoModel<DigitEncoder> model() {
    return new MocoModel<>(
        () -> new DigitEncoder(SHAPE, new Rng(SEED)), DIM, CAPACITY, new Rng(SEED));
  }

  private static ContrastiveTraining.Config config(String method, boolean oracle, double warmUp) {
    return new ContrastiveTraining.Config(method, 0.2, 5, 4, 3, oracle, 0.9, warmUp);
  }

  private static Tensor images(int n) {
    return new Rng(SEED).uniform(n, 1, 4, 4);
  }

  private static TensorBatch batch(int n) {
    long[] labels = new long[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 4;
    }
    return TensorBatch.of(
        Map.of(
            ImageBatches.IMAGE, images(n),
            ContrastiveTraining.SECOND_VIEW, images(n).mul(0.9),
            ImageBatches.LABEL, Tensor.of(labels)));
  }

  private static Map<String, float[]> copy(MocoModel<DigitEncoder> model) {
    Map<String, float[]> copy = new TreeMap<>();
    try (Scope scope = Scope.open()) {
      model
          .state()
          .forEach(
              (name, tensor) -> copy.put(name, tensor.to(dev.melange.tensor.DType.F32).toFloats()));
    }
    return copy;
  }

  @Test
  void bothEncodersBeginAlikeAndOnlyTheQueryIsTrained() {
    System.out.println("seed " + SEED);
    try (MocoModel<DigitEncoder> model = model();
        Scope scope = Scope.open()) {
      Map<String, float[]> state = copy(model);
      state.forEach(
          (name, values) -> {
            if (name.startsWith("query.")) {
              assertThat(state.get("key." + name.substring(6))).as(name).isEqualTo(values);
            }
          });
      assertThat(ParameterGroup.all(model, 0).get(0).parameters().keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("query."));
      assertThat(model.queue().norm(2, 0).sub(1.0).abs().max().item()).isCloseTo(0, within(1e-5));
    }
  }

  @Test
  void lossesSeeTheQueueWithoutTheKeysOfTheirOwnStep() {
    try (MocoModel<DigitEncoder> model = model();
        Scope scope = Scope.open()) {
      model.train();
      Tensor before = model.queue().copy();
      Tensor keys =
          model.enqueue(
              batch(8), ContrastiveTraining.SECOND_VIEW, batch(8).get("label"), new Rng(SEED));
      assertThat(model.seen().toFloats()).isEqualTo(before.toFloats());
      assertThat(model.queue().narrow(1, 0, 8).toFloats())
          .isEqualTo(keys.t().contiguous().toFloats());
      assertThat(model.queue().narrow(1, 8, 12).contiguous().toFloats())
          .isEqualTo(before.narrow(1, 8, 12).contiguous().toFloats());
      assertThat(model.queueLabels().toLongs()).startsWith(0, 1, 2, 3, 0, 1, 2, 3, -1);
      for (int i = 0; i < 2; i++) {
        model.enqueue(
            batch(8), ContrastiveTraining.SECOND_VIEW, batch(8).get("label"), new Rng(SEED));
      }
      // 24 keys in 20 places: the first four were overwritten
      assertThat(model.queueLabels().toLongs())
          .containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    }
  }

  @Test
  void fillsTheWholeQueueBeforeTraining() {
    try (MocoModel<DigitEncoder> model = model();
        Scope scope = Scope.open()) {
      float[] random = model.queue().toFloats();
      var training = new ContrastiveTraining<>(config("moco", false, 0), model, true);
      Minibatches data = Minibatches.shuffled(batch(16).tensors(), 8, SEED);
      training.fillQueue(data, DigitViewsOfTest::of, SEED);
      assertThat(model.queueLabels().min().item()).isNotNegative();
      float[] filled = model.queue().toFloats();
      int kept = 0;
      for (int i = 0; i < filled.length; i++) {
        kept += filled[i] == random[i] ? 1 : 0;
      }
      assertThat(kept).isZero();
    }
  }

  /** Views that are a function of their stream, as those of a training are. */
  private static final class DigitViewsOfTest {
    static TensorBatch of(TensorBatch batch, Rng rng) {
      Tensor image = batch.get(ImageBatches.IMAGE);
      return batch
          .with(ImageBatches.IMAGE, image.add(rng.normal(image.shape()).mul(0.1)))
          .with(ContrastiveTraining.SECOND_VIEW, image.add(rng.normal(image.shape()).mul(0.1)));
    }
  }

  @Test
  void warmsUpWithoutMixedNegatives() {
    try (MocoModel<DigitEncoder> model = model();
        Scope scope = Scope.open()) {
      model.train();
      var training = new ContrastiveTraining<>(config("mochi", false, 0.5), model, true);
      TensorBatch early = training.prepare(batch(8), new Rng(SEED), new TrainingProgress(4, 10));
      assertThat(early.has("pair_i")).isFalse();
      TensorBatch late = training.prepare(batch(8), new Rng(SEED), new TrainingProgress(5, 10));
      assertThat(late.get("pair_i").shape()).containsExactly(8, 4);
      assertThat(late.get("hard_j").shape()).containsExactly(8, 3);
      training.loss(late.slice(0, 3));
      training.loss(late.slice(3, 8));
      MocoModel.Counted counted = model.takeCounts();
      assertThat(counted.proxyAccuracy()).isBetween(0.0, counted.proxyAccuracyReal());
      assertThat(counted.falseMixed()).isBetween(0.0, 1.0);
      assertThat(model.takeCounts().proxyAccuracy()).isNaN();
    }
  }

  @Test
  void countsFalseNegativesOnlyOfImagesWithClasses() {
    try (MocoModel<DigitEncoder> model = model();
        Scope scope = Scope.open()) {
      model.train();
      for (boolean labelled : new boolean[] {false, true}) {
        var training = new ContrastiveTraining<>(config("moco", false, 0), model, labelled);
        TensorBatch ready = training.prepare(batch(8), new Rng(SEED), TrainingProgress.START);
        assertThat(training.loss(ready).item()).isPositive();
        MocoModel.Counted counted = model.takeCounts();
        assertThat(Double.isNaN(counted.falseHard())).isEqualTo(!labelled);
        assertThat(counted.falseMixed()).isNaN();
        assertThat(counted.proxyAccuracy()).isEqualTo(counted.proxyAccuracyReal());
      }
    }
  }

  @Test
  void interruptedTrainingEndsAsTheUninterruptedOne() throws IOException {
    Map<String, float[]> whole = train(folder.resolve("whole"), () -> false);
    int[] asked = {0};
    assertThatThrownBy(() -> train(folder.resolve("stopped"), () -> ++asked[0] > 4))
        .isInstanceOf(TrainingStopped.class);
    Map<String, float[]> resumed = train(folder.resolve("stopped"), () -> false);
    assertThat(resumed.keySet()).isEqualTo(whole.keySet());
    whole.forEach((name, values) -> assertThat(resumed.get(name)).as(name).isEqualTo(values));
  }

  private static Map<String, float[]> train(Path checkpoints, BooleanSupplier cancelled)
      throws IOException {
    try (Scope scope = Scope.open();
        MocoModel<DigitEncoder> model = model();
        Sgd sgd = Sgd.of(ParameterGroup.all(model, 1e-4), Sgd.Config.withMomentum(0.9))) {
      var training = new ContrastiveTraining<>(config("mochi", false, 0.3), model, true);
      training
          .trainer(DigitViewsOfTest::of)
          .data(Minibatches.shuffled(batch(24).tensors(), 8, SEED))
          .optimizer(sgd)
          .learningRate(0.05)
          .epochs(3)
          .seed(SEED)
          .checkpoints(checkpoints)
          .cancellation(cancelled)
          .fit();
      assertThat(model.takeCounts().proxyAccuracy()).isBetween(0.0, 1.0);
      return copy(model);
    }
  }

  @Test
  void refusesWhatCannotBeTrained() {
    try (MocoModel<DigitEncoder> model = model()) {
      assertThatThrownBy(() -> new ContrastiveTraining<>(config("moco", true, 0), model, false))
          .hasMessageContaining("needs images with classes");
      var large = new ContrastiveTraining.Config("mochi", 0.2, 21, 1, 1, false, 0.9, 0);
      assertThatThrownBy(() -> new ContrastiveTraining<>(large, model, true))
          .hasMessageContaining("n_hard is 21, but the queue holds 20 keys only");
    }
    assertThatThrownBy(() -> config("mochi", false, 1.5)).hasMessageContaining("0 to 1, got 1.5");
  }
}
