package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.Normalize;
import dev.melange.io.Provenance;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixLearner;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixPreview;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingProgress;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All policies beside a classifier of the catalogue: they train, save, resume and show. */
class MixingTest {
  private static final long SEED = 4;
  private static final int CLASSES = 4;
  private static final long[] SHAPE = {3, 16, 16};
  private static final Normalize NORMALIZE =
      new Normalize(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});

  @TempDir private Path folder;

  static Stream<String> all() {
    return Mixing.names().stream().filter(name -> !name.equals("vanilla"));
  }

  private static ImageModel model(String name) {
    return Vision.create(
        name,
        options -> {
          options.classes(CLASSES).size(16).seed(1);
          if (name.equals("resnet_tiny_cifar")) {
            options.set("base_channels", "4");
          }
        });
  }

  /** Images that are brighter in one quarter, which is their class. */
  private static TensorBatch images(int n) {
    Rng rng = new Rng(SEED);
    Tensor image = rng.normal(n, 3, 16, 16);
    long[] labels = new long[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % CLASSES;
      long row = 8 * (labels[i] / 2);
      long column = 8 * (labels[i] % 2);
      image.get(i).narrow(1, row, 8).narrow(2, column, 8).add_(1.5);
    }
    return TensorBatch.of(Map.of("image", image, "label", Tensor.of(labels, n)));
  }

  /** Weights of classifier, generator and teacher after a training, as exact numbers. */
  private static Map<String, String> train(
      String mix, String modelName, Path checkpoints, int stopAfter) throws IOException {
    Mixing mixing = Mixing.parse(mix);
    try (Scope scope = Scope.open();
        ImageModel model = model(modelName);
        MixTraining training = mixing.with(model, SHAPE, NORMALIZE, SEED)) {
      TensorBatch data = images(24);
      AtomicInteger asked = new AtomicInteger();
      Trainer trainer =
          training
              .trainer(mixing.loss().objective(model))
              .data(Minibatches.shuffled(data.tensors(), 8, SEED))
              .epochs(3)
              .seed(SEED)
              .cancellation(() -> asked.incrementAndGet() >= stopAfter);
      if (checkpoints != null) {
        trainer.checkpoints(checkpoints);
      }
      trainer.fit();
      Map<String, String> bits = new TreeMap<>();
      training
          .trained()
          .state()
          .forEach((name, tensor) -> bits.put(name, Arrays.toString(tensor.toDoubles())));
      return bits;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adamixup",
        "automix:until=0.8",
        "adautomix:is_random=true,switch_off=0.9",
        "adautomix+cutmix",
        "decoupled-adautomix",
        "mixup:until=0.5"
      })
  void anInterruptedTrainingGoesOnToTheSameBits(String mix) throws IOException {
    Map<String, String> whole = train(mix, "resnet_tiny_cifar", null, Integer.MAX_VALUE);
    for (int stopAfter : new int[] {1, 4}) {
      Path own = folder.resolve("stop-" + stopAfter);
      assertThatThrownBy(() -> train(mix, "resnet_tiny_cifar", own, stopAfter))
          .isInstanceOf(TrainingStopped.class);
      assertThat(train(mix, "resnet_tiny_cifar", own, Integer.MAX_VALUE))
          .as("stopped after %d steps", stopAfter)
          .isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"poolformer_mini", "mixer_mini"})
  void learnedPoliciesTrainBesideAnyNetwork(String model) throws IOException {
    for (String mix : List.of("adamixup", "automix", "adautomix:samples=2")) {
      Map<String, String> state = train(mix, model, null, Integer.MAX_VALUE);
      assertThat(state.keySet()).anyMatch(name -> name.startsWith("classifier."));
      assertThat(state.keySet()).anyMatch(name -> name.startsWith("mixing0."));
      assertThat(state.values()).noneMatch(values -> values.contains("NaN"));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyPolicyTrainsAloneAndDecoupledAndShowsItsMixtures(String name) {
    for (String mix : List.of(name, "decoupled-" + name)) {
      Mixing mixing = Mixing.parse(mix);
      try (Scope scope = Scope.open();
          ImageModel model = model("resnet_tiny_cifar");
          MixTraining training = mixing.with(model, SHAPE, NORMALIZE, SEED)) {
        model.train();
        TensorBatch batch = images(8);
        TensorBatch mixed = training.mix(batch, new Rng(SEED), TrainingProgress.START);
        Tensor loss = training.loss(mixing.loss().objective(model), mixed);
        assertThat(loss.item()).as(mix).isFinite();
        Tensor[] gradients =
            Autograd.grad(loss, model.parameters().values().toArray(Tensor[]::new));
        assertThat(gradients).as(mix).anyMatch(g -> g != null && g.abs().sum().item() > 0);
        model.eval();
        MixPreview shown = training.preview(batch, CLASSES, new Rng(SEED));
        assertThat(shown.image().shape()).containsExactly(8, 3, 16, 16);
        assertThat(shown.target().shape()).containsExactly(8, CLASSES);
        assertThat(shown.target().sum(1).sub(1).abs().max().item()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void theTeacherFollowsTheClassifier() {
    Mixing mixing = Mixing.parse("adautomix:momentum=0.5,momentum_end=0.5");
    try (Scope scope = Scope.open();
        ImageModel model = model("resnet_tiny_cifar");
        MixTraining training = mixing.with(model, SHAPE, NORMALIZE, SEED)) {
      MixLearner learner = training.learners().get(0);
      Tensor weight = model.parameters().get("head.fc.weight");
      Tensor taught = learner.parameters().get("teacher.head.fc.weight");
      Tensor before = taught.detach().copy();
      try (var guard = Autograd.noGrad()) {
        weight.add_(1);
      }
      training.afterStep(new TrainingProgress(1, 10));
      assertThat(taught.sub(before).sub(0.5).abs().max().item()).isLessThan(1e-6);
      assertThat(taught.requiresGrad()).isFalse();
    }
  }

  private Path saved(String name, Normalize normalize) throws IOException {
    Path file = folder.resolve(name);
    try (ImageModel trained = model("resnet_tiny_cifar")) {
      ObjectNode nothing = JsonNodeFactory.instance.objectNode();
      new ImageClassifier(
              trained, new ImageInput(3, 16, 1, false, normalize), List.of("a", "b", "c", "d"))
          .save(
              file,
              new Provenance(
                  "resnet_tiny_cifar",
                  trained.origin().orElseThrow().config(),
                  Map.of(),
                  0,
                  nothing,
                  nothing,
                  "test",
                  Map.of()));
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"attentivemix", "puzzlemix"})
  void lookingLeavesTheClassifierInTrainingAsItWas(String policy) {
    try (Scope scope = Scope.open();
        ImageModel model = model("resnet_tiny_cifar");
        MixTraining mixing = Mixing.parse(policy).with(model, SHAPE, NORMALIZE, SEED)) {
      Map<String, List<Double>> before = new TreeMap<>();
      model.train();
      model.buffers().forEach((name, tensor) -> before.put(name, boxed(tensor)));
      mixing.mix(images(8), new Rng(SEED), new TrainingProgress(1, 10));
      assertThat(model.isTraining()).isTrue();
      assertThat(before).isNotEmpty();
      model.buffers().forEach((name, t) -> assertThat(boxed(t)).isEqualTo(before.get(name)));
    }
  }

  private static List<Double> boxed(Tensor tensor) {
    return Arrays.stream(tensor.to(DType.F64).toDoubles()).boxed().toList();
  }

  @Test
  void attentiveMixLooksAtTheClassifierThatItNames() throws IOException {
    Path file = saved("trained.safetensors", NORMALIZE);
    TensorBatch data = images(8);
    try (ImageModel model = model("poolformer_mini");
        ImageModel trained = model("resnet_tiny_cifar");
        Scope scope = Scope.open()) {
      trained.eval();
      Mixing named = Mixing.parse("attentivemix:2,keep=1,network=" + file);
      Mixing plain = Mixing.parse("attentivemix:2,keep=1");
      try (MixTraining one = named.with(model, SHAPE, NORMALIZE, SEED);
          MixTraining two = plain.with(model, trained, SHAPE, NORMALIZE, SEED)) {
        assertThat(one.policy().name()).isEqualTo(named.name());
        TrainingProgress progress = new TrainingProgress(1, 10);
        TensorBatch mixed = one.mix(data, new Rng(SEED), progress);
        assertThat(mixed.get("image").toFloats())
            .isEqualTo(two.mix(data, new Rng(SEED), progress).get("image").toFloats());
      }
      Path other = saved("other.safetensors", Normalize.UNIT);
      assertThatThrownBy(
              () ->
                  Mixing.parse("cutmix+attentivemix:network=" + other)
                      .with(model, SHAPE, NORMALIZE, SEED))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("attentivemix cannot look at " + other)
          .hasMessageContaining("train both alike");
      assertThatThrownBy(
              () ->
                  Mixing.parse("attentivemix:network=none.safetensors")
                      .with(model, SHAPE, NORMALIZE, SEED))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("none.safetensors");
    }
    data.tensors().values().forEach(Tensor::close);
  }

  @Test
  void namesAreReadBack() {
    for (String name : Mixing.names()) {
      for (String text : List.of(name, "decoupled-" + name, "decoupled:0.3-" + name)) {
        Mixing mixing = Mixing.parse(text);
        assertThat(Mixing.parse(mixing.name()).name()).isEqualTo(mixing.name());
        assertThat(Mixing.parse(mixing.name()).eta()).isEqualTo(mixing.eta());
      }
    }
    assertThat(Mixing.parse("adautomix:samples=2,beta=0.1").name())
        .isEqualTo("adautomix:1,samples=2,beta=0.1");
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 24, 28})
  void puzzleMixGroupsPixelsAsTheBlocksPermit(int side) {
    int most = Integer.numberOfTrailingZeros(side) + 1;
    long[] shape = {3, side, side};
    try (Scope scope = Scope.open();
        ImageModel model = model("resnet_tiny_cifar")) {
      assertThatThrownBy(() -> Mixing.parse("puzzlemix").with(model, shape, NORMALIZE, SEED))
          .hasMessageContaining("write puzzlemix:max_blocks=" + most);
      MixPolicy policy = Mixing.parse("puzzlemix:max_blocks=" + most).policy();
      Rng rng = new Rng(SEED);
      TensorBatch batch =
          TensorBatch.of(
              Map.of(
                  "image",
                  rng.normal(4, 3, side, side),
                  "label",
                  Tensor.of(new long[] {0, 1, 2, 3}, 4)));
      double changed = 0;
      for (int i = 0; i < 8; i++) { // all numbers of blocks are drawn
        TensorBatch mixed = policy.apply(batch, new MixContext(model, model, NORMALIZE), rng);
        assertThat(mixed.get("lam").min().item()).isBetween(0.0, 1.0);
        changed += mixed.get("image").sub(batch.get("image")).abs().max().item();
      }
      assertThat(changed).isPositive();
    }
  }

  @Test
  void puzzleMixRefusesImagesWithoutHalves() {
    try (ImageModel model = model("resnet_tiny_cifar")) {
      assertThatThrownBy(
              () -> Mixing.parse("puzzlemix").with(model, new long[] {3, 33, 33}, NORMALIZE, SEED))
          .hasMessageContaining("an even side, got 33 x 33");
    }
  }

  @Test
  void mistakesAreAnsweredWithWhatThereIs() {
    assertThatThrownBy(() -> Mixing.parse("adautomx"))
        .hasMessageContaining("did you mean 'adautomix'?")
        .hasMessageContaining("adamixup, automix, adautomix");
    assertThatThrownBy(() -> Mixing.parse("adautomix:sampels=2"))
        .hasMessageContaining("did you mean 'samples'?")
        .hasMessageContaining("is_random, switch_off");
    assertThatThrownBy(() -> Mixing.parse("adautomix:samples=4"))
        .hasMessageContaining("2 or 3 samples, got 4");
    assertThatThrownBy(() -> Mixing.parse("mixup+decoupled-cutmix"))
        .hasMessageContaining("stands once, before all policies");
    assertThatThrownBy(() -> Mixing.parse("decoupled:x-cutmix"))
        .hasMessageContaining("decoupled:0.2-cutmix, got 'x'");
  }
}
