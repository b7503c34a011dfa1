package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.nn.Layer;
import dev.melange.optim.Adam;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.Mode;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.ReduceOnPlateau;
import dev.melange.optim.Schedule;
import dev.melange.optim.Sgd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir Path folder;

  /** Weights as exact bits, by name. */
  private static Map<String, String> weights(Layer model) {
    Map<String, String> bits = new TreeMap<>();
    model
        .state()
        .forEach((name, tensor) -> bits.put(name, java.util.Arrays.toString(tensor.toFloats())));
    return bits;
  }

  /** What a training leaves. */
  private record Outcome(Map<String, String> weights, List<EpochRecord> history) {}

  private static Outcome train(UnaryOperator<Trainer> settings) throws IOException {
    try (TrainingTask task = new TrainingTask(3)) {
      TrainingResult result = settings.apply(task.trainer()).fit();
      return new Outcome(weights(task.model()), result.history());
    }
  }

  /** Everything that has a state of its own. */
  private static Trainer everything(Trainer trainer) {
    return trainer
        .epochs(4)
        .clipNorm(0.5)
        .accumulate(2)
        .ema(0.9, true)
        .monitor("valid_loss", new EarlyStopping.Config(3, 0, Mode.MIN))
        .reduceOnPlateau(ReduceOnPlateau.Config.of(0.02, Mode.MIN).with(0.5, 0))
        .restoreBest()
        .seed(5);
  }

  @Test
  void learns() throws IOException {
    Outcome outcome = train(t -> t.epochs(12).learningRate(0.02));
    List<EpochRecord> history = outcome.history();
    assertThat(history).hasSize(12);
    assertThat(history.get(11).loss()).isLessThan(0.5 * history.get(0).loss());
    assertThat(history.get(11).metrics()).containsKey("valid_loss");
  }

  @Test
  void givesTheSameBitsTwice() throws IOException {
    assertThat(train(TrainerTest::everything)).isEqualTo(train(TrainerTest::everything));
  }

  @Test
  void anotherSeedGivesOtherWeights() throws IOException {
    assertThat(train(t -> everything(t).seed(6))).isNotEqualTo(train(TrainerTest::everything));
  }

  @Test
  void goesOnWhereItWasCancelledWithTheSameBits() throws IOException {
    Outcome whole = train(TrainerTest::everything);
    for (int stopAfter : new int[] {1, 3, 4, 5, 9}) {
      Path own = folder.resolve("stop-" + stopAfter);
      AtomicInteger asked = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  train(
                      t ->
                          everything(t)
                              .checkpoints(own)
                              .cancellation(() -> asked.incrementAndGet() >= stopAfter)))
          .isInstanceOf(TrainingStopped.class)
          .hasMessageContaining("last.safetensors");
      assertThat(train(t -> everything(t).checkpoints(own)))
          .as("stopped after %d questions", stopAfter)
          .isEqualTo(whole);
    }
  }

  @Test
  void preparationsAndUpdatesKnowHowFarTheTrainingIs() throws IOException {
    List<TrainingProgress> before = new ArrayList<>();
    List<TrainingProgress> after = new ArrayList<>();
    train(
        t ->
            t.steps(7)
                .prepare(
                    (batch, rng, progress) -> {
                      before.add(progress);
                      return batch;
                    })
                .afterStep(after::add));
    assertThat(before).hasSize(7).first().isEqualTo(new TrainingProgress(0, 7));
    assertThat(after).hasSize(7).last().isEqualTo(new TrainingProgress(7, 7));
    assertThat(before.get(3).share()).isEqualTo(3.0 / 7);
    assertThat(after.get(6).share()).isEqualTo(1);
    assertThat(after.get(6).cosine()).isEqualTo(0);
    assertThat(before.get(0).cosine()).isEqualTo(1);
    assertThatThrownBy(() -> new TrainingProgress(-1, 7)).hasMessageContaining("got -1 of 7");
  }

  @Test
  void aFinishedTrainingIsNotTrainedAgain() throws IOException {
    Outcome first = train(t -> everything(t).checkpoints(folder));
    AtomicInteger steps = new AtomicInteger();
    Outcome second =
        train(
            t ->
                everything(t)
                    .checkpoints(folder)
                    .listener(
                        new TrainingListener() {
                          @Override
                          public void step(StepRecord step) {
                            steps.incrementAndGet();
                          }
                        }));
    assertThat(second).isEqualTo(first);
    assertThat(steps).hasValue(0);
  }

  @Test
  void refusesACheckpointOfOtherSettings() throws IOException {
    train(t -> everything(t).checkpoints(folder));
    assertThatThrownBy(() -> train(t -> everything(t).seed(99).checkpoints(folder)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another 'seed': 5, now 99");
  }

  @Test
  void keepsTheBestEpochsOnly() throws IOException {
    train(
        t ->
            t.epochs(6)
                .learningRate(0.01)
                .monitor("valid_loss", Mode.MIN)
                .keepBest(2)
                .checkpointEvery(Duration.ZERO)
                .checkpoints(folder));
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      assertThat(names).contains("last.safetensors");
      assertThat(names).hasSize(3).allMatch(name -> name.matches("(best-\\d{5}|last).safetensors"));
    }
  }

  @Test
  void restoresTheWeightsOfTheBestEpoch() throws IOException {
    double[] values = {3, 1, 2, 2.5};
    List<Map<String, String>> weights = new ArrayList<>();
    try (TrainingTask task = new TrainingTask(3)) {
      TrainingResult result =
          task.trainer()
              .epochs(4)
              .metrics(
                  () -> {
                    weights.add(weights(task.model()));
                    return Map.of("score", values[weights.size() - 1]);
                  })
              .monitor("score", Mode.MIN)
              .restoreBest()
              .fit();
      assertThat(result.bestEpoch()).isEqualTo(2);
      assertThat(result.best()).isEqualTo(1);
      assertThat(weights(task.model())).isEqualTo(weights.get(1)).isNotEqualTo(weights.get(3));
    }
  }

  @Test
  void stopsWhenTheMonitoredMetricDoesNotImprove() throws IOException {
    AtomicInteger evaluations = new AtomicInteger();
    try (TrainingTask task = new TrainingTask(3)) {
      TrainingResult result =
          task.trainer()
              .epochs(50)
              .metrics(() -> Map.of("score", (double) evaluations.incrementAndGet()))
              .monitor("score", new EarlyStopping.Config(3, 0, Mode.MIN))
              .fit();
      assertThat(result.history()).hasSize(4);
      assertThat(result.stoppedEarly()).isTrue();
    }
  }

  @Test
  void partsGiveTheGradientOfTheWholeBatch() throws IOException {
    for (int accumulate : new int[] {1, 3}) {
      float[][] updated = new float[2][];
      for (int whole = 0; whole < 2; whole++) {
        try (TrainingTask task = new TrainingTask(3, 0)) {
          task.model().to(DType.F64);
          try (Optimizer sgd =
              Sgd.of(ParameterGroup.all(task.model(), 0), new Sgd.Config(0, 0, false))) {
            Trainer trainer =
                task.trainer(DType.F64)
                    .optimizer(sgd)
                    .schedule(Schedule.constant(0.1))
                    .accumulate(accumulate)
                    .steps(2);
            (whole == 1 ? trainer.wholeBatch() : trainer).fit();
            updated[whole] = sgd.values().to(DType.F32).toFloats();
          }
        }
      }
      assertThat(updated[0])
          .containsExactly(updated[1], org.assertj.core.data.Offset.offset(1e-7f));
    }
  }

  @Test
  void averagesWeightsAsTheFormulaSays() throws IOException {
    float[] first;
    float[] second;
    try (TrainingTask task = new TrainingTask(3)) {
      first = flat(task.model());
      task.trainer().learningRate(0.1).steps(1).fit();
      second = flat(task.model());
    }
    try (TrainingTask task = new TrainingTask(3)) {
      task.trainer().learningRate(0.1).steps(1).ema(0.75, false).fit();
      float[] averaged = flat(task.model());
      for (int i = 0; i < first.length; i++) {
        assertThat(averaged[i])
            .isCloseTo(
                0.75f * first[i] + 0.25f * second[i], org.assertj.core.data.Offset.offset(1e-6f));
      }
    }
  }

  private static float[] flat(Layer model) {
    return Tensor.cat(
            0,
            model.parameters().values().stream()
                .map(p -> p.detach().reshape(-1))
                .toArray(Tensor[]::new))
        .toFloats();
  }

  @Test
  void aLossThatIsNotFiniteNamesStepExamplesAndCheckpoint() {
    assertThatThrownBy(
            () ->
                train(
                    t ->
                        t.epochs(3)
                            .checkpoints(folder)
                            .checkpointEvery(Duration.ZERO)
                            .prepare(
                                (batch, rng) ->
                                    batch.size() == 0 ? batch : batch.with("x", blowUp(batch)))))
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("step ")
        .hasMessageContaining("example ")
        .hasMessageContaining("last.safetensors");
  }

  private int batchesSeen;

  private Tensor blowUp(TensorBatch batch) {
    Tensor x = batch.get("x");
    return ++batchesSeen < 5 ? x : x.mul(Double.POSITIVE_INFINITY);
  }

  @Test
  void adamWIsTheDefault() throws IOException {
    try (TrainingTask task = new TrainingTask(3);
        TrainingTask other = new TrainingTask(3);
        Optimizer adam =
            Adam.adamW(ParameterGroup.noDecayOnVectors(other.model(), 0.05, name -> false))) {
      task.trainer().epochs(1).fit();
      other.trainer().epochs(1).optimizer(adam).fit();
      assertThat(weights(task.model())).isEqualTo(weights(other.model()));
    }
  }
}
