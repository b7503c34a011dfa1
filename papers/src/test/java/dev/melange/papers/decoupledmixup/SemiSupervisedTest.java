package dev.melange.papers.decoupledmixup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.mix.CutMix;
import dev.melange.mix.Mixup;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SemiSupervisedTest {
  private static final long SEED = 11;
  private static final DMixMatch.Config LOSSES =
      new DMixMatch.Config(0.3, 0.3, true, 3, 2, 4, 1, 1);

  @TempDir private Path folder;
  private Scope scope;
  private Tensor unlabelled;

  @BeforeEach
  void open() {
    System.out.println("seed " + SEED);
    scope = Scope.open();
    unlabelled = new Rng(SEED).normal(40, 1, 8, 8);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static ResNetCifar network() {
    ResNetCifar network =
        new ResNetCifar(
            new ResNetCifar.Config("basic", new int[] {1, 1}, 4, 1, 3, -1), new Rng(SEED));
    network.startBlocksAtOne();
    return network;
  }

  private static DMixMatchModel model() {
    return new DMixMatchModel(network(), network(), new Rng(SEED));
  }

  private static TensorBatch batch() {
    return TensorBatch.of(
        Map.of(
            "image",
            new Rng(SEED + 1).normal(4, 1, 8, 8),
            "label",
            Tensor.of(new long[] {0, 1, 2, 1}, 4)));
  }

  private DMixMatchTraining training(DMixMatchModel model, DMixMatch.Config losses) {
    return new DMixMatchTraining(
        model, unlabelled, new DMixMatchTraining.Settings(losses, new CutMix(1), 7, 0.9, 1), 100);
  }

  @Test
  void averagesWithADecayThatGrowsAfterATenth() {
    assertThat(DMixMatchModel.decayAt(0.999, 0, 1000)).isCloseTo(0.999, within(1e-12));
    assertThat(DMixMatchModel.decayAt(0.999, 100, 1000)).isCloseTo(0.999, within(1e-12));
    assertThat(DMixMatchModel.decayAt(0.999, 550, 1000)).isCloseTo(0.999495, within(1e-12));
    assertThat(DMixMatchModel.decayAt(0.999, 1000, 1000)).isCloseTo(0.99999, within(1e-12));
  }

  @Test
  void raisesTheWeightOfUnlabelledMixturesInHalfACosine() {
    assertThat(DMixMatchTraining.rise(0, 100)).isZero();
    assertThat(DMixMatchTraining.rise(50, 100)).isCloseTo(0.5, within(1e-12));
    assertThat(DMixMatchTraining.rise(100, 100)).isCloseTo(1, within(1e-12));
  }

  @Test
  void teacherFollowsTheStudent() {
    DMixMatchModel model = model();
    assertThat(model.advance(0.9, 100)).isZero();
    Tensor weight = model.student().parameters().get("head.fc.weight");
    Tensor average = model.teacher().parameters().get("head.fc.weight");
    Tensor before = average.detach().copy();
    weight.detach().add_(1);
    assertThat(model.advance(0.9, 100)).isEqualTo(1);
    assertThat(average.sub(before).sub(0.1).abs().max().item()).isLessThan(1e-6);
    assertThat(average.requiresGrad()).isFalse();
  }

  @Test
  void labelledImagesHaveTheLargerShare() {
    DMixMatchTraining training = training(model(), LOSSES);
    for (int i = 0; i < 20; i++) {
      TensorBatch prepared = training.prepare(batch(), new Rng(i));
      assertThat(prepared.get("lam_ll").item()).isGreaterThanOrEqualTo(0.5);
      assertThat(prepared.get("lam_lu").item()).isGreaterThanOrEqualTo(0.5);
      assertThat(prepared.get("weak").shape()).containsExactly(4, 7, 1, 8, 8);
      assertThat(prepared.get("strong").shape()).containsExactly(4, 7, 1, 8, 8);
    }
  }

  @Test
  void mixturesOfNoWeightDoNotReachTheBody() {
    DMixMatchModel model = model();
    model.train();
    DMixMatch.Config onlyLu = new DMixMatch.Config(0, 0, true, 0, 0, 4, 1, 1);
    DMixMatchTraining training = training(model, onlyLu);
    TensorBatch prepared = training.prepare(batch(), new Rng(3));
    assertThat(prepared.get("rise").item()).isZero();
    Tensor conv = model.parameters().get("encoder_q.backbone.conv1.weight");
    Tensor[] mixed = Autograd.grad(training.loss(prepared), conv);
    TensorBatch late = prepared.with("rise", Tensor.scalar(1, DType.F64));
    Tensor[] risen = Autograd.grad(training.loss(late), conv);
    assertThat(risen[0].sub(mixed[0]).abs().max().item()).isGreaterThan(1e-4);
    // without mixing the body's gradient is the same as with mixtures of weight 0
    Tensor[] unmixed =
        Autograd.grad(
            new DMixMatchTraining(
                    model,
                    unlabelled,
                    new DMixMatchTraining.Settings(
                        new DMixMatch.Config(0, 0, true, 0, 0, 0, 1, 1), new CutMix(1), 7, 0.9, 1),
                    100)
                .loss(prepared),
            conv);
    assertThat(mixed[0].sub(unmixed[0]).abs().max().item()).isLessThan(1e-6);
  }

  @Test
  void strongChangeHidesASquare() {
    Tensor images = new Rng(SEED).uniform(6, 3, 8, 8).add(5);
    Tensor changed = DMixMatchTraining.strong(images, new Rng(SEED));
    Tensor hidden = changed.eq(0).sum(1, 2, 3);
    assertThat(hidden.toLongs()).containsOnly(3 * 16);
  }

  @Test
  void goesOnToTheSameWeightsAfterAnInterruption() throws IOException {
    double[] whole = train(folder.resolve("whole"), Integer.MAX_VALUE);
    Path cut = folder.resolve("cut");
    assertThatThrownBy(() -> train(cut, 5)).isInstanceOf(CancellationException.class);
    assertThat(Files.exists(cut.resolve("last.safetensors"))).isTrue();
    assertThat(train(cut, Integer.MAX_VALUE)).isEqualTo(whole);
  }

  private double[] train(Path checkpoints, int stopAfter) throws IOException {
    DMixMatchModel model = model();
    DMixMatchTraining steps = training(model, LOSSES);
    AtomicInteger asked = new AtomicInteger();
    Tensor images = new Rng(SEED + 2).normal(8, 1, 8, 8);
    Tensor labels = Tensor.of(new long[] {0, 1, 2, 0, 1, 2, 0, 1}, 8);
    TrainingResult result =
        Trainer.of(model, steps::loss)
            .data(Minibatches.shuffled(Map.of("image", images, "label", labels), 4, SEED))
            .prepare(steps::prepare)
            .learningRate(1e-2)
            .steps(10)
            .seed(SEED)
            .checkpoints(checkpoints)
            .cancellation(() -> asked.incrementAndGet() > stopAfter)
            .fit();
    assertThat(model.steps()).isEqualTo(10);
    assertThat(result.steps()).isEqualTo(10);
    return model.teacher().parameters().get("backbone.conv1.weight").detach().toDoubles();
  }

  @Test
  void refusesTooFewUnlabelledImages() {
    DMixMatchTraining training =
        new DMixMatchTraining(
            model(),
            unlabelled.narrow(0, 0, 20),
            new DMixMatchTraining.Settings(LOSSES, new CutMix(1), 7, 0.9, 1),
            100);
    assertThatThrownBy(() -> training.prepare(batch(), new Rng(0)))
        .hasMessageContaining("28 unlabelled images")
        .hasMessageContaining("there are 20");
  }

  @Test
  void tuningWritesItsKeysAndLearnsTheLabels() throws IOException {
    ResNetCifar trained = network();
    DMixTuning tuning =
        new DMixTuning(
            trained,
            network(),
            DMixTuning.Settings.of(3, new Mixup(1)),
            unlabelled,
            60,
            new Rng(SEED));
    Tensor images = new Rng(SEED + 2).normal(8, 1, 8, 8);
    Tensor labels = Tensor.of(new long[] {0, 1, 2, 0, 1, 2, 0, 1}, 8);
    Tensor queue = tuning.buffers().get("queue").copy();
    TrainingResult result =
        Trainer.of(tuning, tuning::loss)
            .data(Minibatches.shuffled(Map.of("image", images, "label", labels), 4, SEED))
            .prepare(tuning::prepare)
            .learningRate(1e-2)
            .steps(60)
            .seed(SEED)
            .fit();
    assertThat(result.last().loss()).isLessThan(result.history().get(0).loss());
    Tensor after = tuning.buffers().get("queue");
    assertThat(after.sub(queue).abs().max(0).gt(0).all().item()).isEqualTo(1);
    assertThat(after.normKeep(2, 0).sub(1).abs().max().item()).isLessThan(1e-5);
    long[] written = tuning.buffers().get("queue_ptr").toLongs();
    assertThat(java.util.Arrays.stream(written)).allMatch(at -> at >= 0 && at < 3);
    assertThat(tuning.teacher().parameters().values()).noneMatch(Tensor::requiresGrad);
  }
}
