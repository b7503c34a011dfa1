package dev.melange.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.image.Normalize;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Linear;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Memory;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws, areas and labels of the policies; their images are checked by golden files. */
class MixPolicyTest {
  private static final long SEED = 11;
  private static final int N = 24;
  private static final int SIZE = 32;
  private static final int CLASSES = 5;
  private static final Net NET = new Net();
  private static final MixContext CONTEXT =
      new MixContext(
          NET, NET, new Normalize(new float[] {0.5f, 0.4f, 0.3f}, new float[] {0.2f, 0.3f, 0.4f}));

  /** A convolution with stride, a ReLU, and a linear classifier. */
  private static final class Net extends ImageModel {
    private final Conv2d conv;
    private final Linear fc;

    Net() {
      Rng rng = new Rng(1);
      conv = child("conv", new Conv2d(Conv2d.Spec.of(3, 8, 4).stride(4), rng));
      fc = child("fc", new Linear(8, CLASSES, rng));
    }

    @Override
    public Tensor forwardFeatures(Tensor x) {
      return conv.forward(x).relu();
    }

    @Override
    public Tensor forwardHead(Tensor features) {
      return fc.forward(features.mean(2, 3));
    }

    @Override
    public int classes() {
      return CLASSES;
    }

    @Override
    public void resetClassifier(int classes, Rng rng) {
      throw new UnsupportedOperationException("the test needs no other classifier");
    }
  }

  @AfterAll
  static void freeTheNetwork() {
    NET.close();
  }

  static List<String> all() {
    return MixPolicies.names();
  }

  @ParameterizedTest
  @MethodSource("all")
  void sameStreamGivesTheSameBatch(String name) {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      MixPolicy policy = MixPolicies.parse(name);
      for (int step = 0; step < 4; step++) {
        Map<String, Tensor> one = policy.apply(batch, CONTEXT, new Rng(step)).tensors();
        Map<String, Tensor> two = policy.apply(batch, CONTEXT, new Rng(step)).tensors();
        assertThat(one.keySet()).isEqualTo(two.keySet());
        one.forEach(
            (key, tensor) ->
                assertThat(tensor.toDoubles()).as(key).isEqualTo(two.get(key).toDoubles()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void targetsAreDistributionsAndImagesStayInRange(String name) {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      double low = batch.get("image").min().item();
      double high = batch.get("image").max().item();
      MixPolicy policy = MixPolicies.parse(name);
      Rng rng = new Rng(SEED);
      for (int step = 0; step < 8; step++) {
        MixedBatch mixed = MixedBatch.of(policy.apply(batch, CONTEXT, rng));
        Tensor target = mixed.target(CLASSES);
        assertThat(target.sum(1).sub(1).abs().max().item()).isLessThan(1e-6);
        assertThat(target.min().item()).isNotNegative();
        assertThat(mixed.image().shape()).containsExactly(N, 3, SIZE, SIZE);
        assertThat(mixed.image().dtype()).isEqualTo(DType.F32);
        // patches that no one takes are 0 in PuzzleMix; 0 is in the range
        assertThat(mixed.image().min().item()).isGreaterThanOrEqualTo(low - 1e-5);
        assertThat(mixed.image().max().item()).isLessThanOrEqualTo(high + 1e-5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void leavesTheGivenBatchAsItWas(String name) {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      float[] before = batch.get("image").toFloats();
      MixPolicies.parse(name).apply(batch, CONTEXT, new Rng(SEED));
      assertThat(batch.get("image").toFloats()).isEqualTo(before);
      assertThat(batch.has("lam")).isFalse();
    }
  }

  /** Images that are 1 where the first image is and 0 where the partner is show the share. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixup",
        "cutmix",
        "fmix",
        "gridmix",
        "resizemix",
        "smoothmix",
        "saliencymix",
        "attentivemix:1"
      })
  void theWeightIsTheShareOfTheImage(String name) {
    try (Scope scope = Scope.open()) {
      MixPolicy policy = MixPolicies.parse(name);
      Rng rng = new Rng(SEED);
      Tensor labels = Tensor.of(new long[N], N);
      for (int step = 0; step < 30; step++) {
        Tensor ones = Tensor.ones(N, 3, SIZE, SIZE);
        TensorBatch pairs =
            TensorBatch.of(
                Map.of(
                    "image",
                    Tensor.stack(1, ones, ones.zerosLike()),
                    "label",
                    labels,
                    "label_b",
                    labels));
        MixedBatch mixed = MixedBatch.of(policy.apply(pairs, CONTEXT, rng));
        double pixel = name.equals("fmix") ? 1.01 / (SIZE * SIZE) : 1e-5;
        assertThat(mixed.image().mean().item())
            .as("step %d, seed %d", step, SEED)
            .isCloseTo(mixed.lam().item(), within(pixel));
      }
    }
  }

  @Test
  void partnersOfCutMixAndFMixAreOtherImages() {
    Rng rng = new Rng(SEED);
    int fixed = 0;
    for (int i = 0; i < 300; i++) {
      for (MixPolicy policy : List.of(new CutMix(1), new FMix(1))) {
        int[] order = policy.partners(20, rng);
        for (int k = 0; k < order.length; k++) {
          fixed += order[k] == k ? 1 : 0;
        }
      }
    }
    // ten draws fail with probability (1 - 1/e)^10, about 1 in 100
    assertThat(fixed).as("seed %d", SEED).isLessThan(30);
    assertThat(new CutMix(1).partners(1, rng)).containsExactly(0);
  }

  @Test
  void partnersArePermutationsOfTheBatch() {
    try (Scope scope = Scope.open()) {
      long[] labels = new long[N];
      for (int i = 0; i < N; i++) {
        labels[i] = i;
      }
      TensorBatch batch = batch().with("label", Tensor.of(labels, N));
      for (String name : List.of("mixup", "cutmix", "resizemix")) {
        TensorBatch mixed = MixPolicies.parse(name).apply(batch, CONTEXT, new Rng(SEED));
        assertThat(mixed.get("label_b").toLongs()).containsExactlyInAnyOrder(labels);
        assertThat(mixed.get("label").toLongs()).containsExactly(labels);
      }
    }
  }

  @Test
  void sharesFollowTheBetaDistribution() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch().slice(0, 2);
      for (double alpha : new double[] {0.2, 1, 4}) {
        Rng rng = new Rng(SEED);
        int n = 3000;
        double sum = 0;
        double squares = 0;
        MixPolicy policy = new Mixup(alpha);
        for (int i = 0; i < n; i++) {
          double lam = Scope.run(() -> policy.apply(batch, CONTEXT, rng).get("lam")).item();
          sum += lam;
          squares += lam * lam;
        }
        double mean = sum / n;
        assertThat(mean).as("alpha %s, seed %d", alpha, SEED).isCloseTo(0.5, within(0.03));
        assertThat(squares / n - mean * mean)
            .as("alpha %s, seed %d", alpha, SEED)
            .isCloseTo(1 / (4 * (2 * alpha + 1)), within(0.015));
      }
    }
  }

  @Test
  void biasGivesTheLargerShareToOneSide() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      MixPairs pairs =
          MixPairs.within(batch.get("image"), batch.get("label"), new Rng(1).permutation(N));
      Rng rng = new Rng(SEED);
      for (int i = 0; i < 50; i++) {
        assertThat(pairs.biased(MixPairs.Bias.IMAGE).drawLam(1, rng)).isBetween(0.5, 1.0);
        assertThat(pairs.biased(MixPairs.Bias.PARTNER).drawLam(1, rng)).isBetween(0.0, 0.5);
      }
    }
  }

  @Test
  void switchesBetweenPoliciesWithTheirProbabilities() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch().slice(0, 2);
      MixPolicy policy = MixPolicies.parse("mixup:2@0.3,cutmix:1@0.2");
      assertThat(policy.name()).isEqualTo("mixup:2@0.3,cutmix:1@0.2,vanilla@0.5");
      Rng rng = new Rng(SEED);
      int n = 2000;
      int unmixed = 0;
      for (int i = 0; i < n; i++) {
        unmixed +=
            Scope.run(() -> policy.apply(batch, CONTEXT, rng).get("lam")).item() == 1 ? 1 : 0;
      }
      // a box of CutMix may be empty too
      assertThat((double) unmixed / n).as("seed %d", SEED).isBetween(0.47, 0.57);
    }
  }

  @Test
  void drawsEvenlyWithoutProbabilities() {
    PolicySwitch policy = (PolicySwitch) MixPolicies.parse("mixup,cutmix:1,fmix,vanilla");
    assertThat(policy.choices()).extracting(PolicySwitch.Choice::probability).containsOnly(0.25);
    assertThat(MixPolicies.parse("cutmix")).isEqualTo(new CutMix(0.2));
    assertThat(MixPolicies.parse("mixup:0.4")).isEqualTo(new Mixup(0.4));
  }

  @Test
  void namesAreReadBack() {
    for (String name : MixPolicies.names()) {
      MixPolicy policy = MixPolicies.parse(name);
      assertThat(MixPolicies.parse(policy.name())).isEqualTo(policy);
    }
  }

  @Test
  void labelsMayHaveAShareOfTheirOwn() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      Tensor image = batch.get("image");
      MixPolicy fixed = MixPolicies.parse("asymmetric:lam_x=0.7,lam_y=0.2");
      assertThat(fixed.name()).isEqualTo("asymmetric:1,lam_x=0.7,lam_y=0.2");
      int[] partners = new Rng(SEED).permutation(N);
      MixedBatch mixed = MixedBatch.of(fixed.apply(batch, MixContext.NONE, new Rng(SEED)));
      Tensor expected =
          image
              .mul(0.7)
              .add(MixPairs.within(image, batch.get("label"), partners).partner().mul(0.3));
      assertThat(mixed.image().sub(expected).abs().max().item()).isLessThan(1e-6);
      assertThat(mixed.lam().item()).isEqualTo(0.2);
      MixedBatch images =
          MixedBatch.of(
              MixPolicies.parse("asymmetric:lam_y=1").apply(batch, MixContext.NONE, new Rng(1)));
      assertThat(images.image().sub(image).abs().max().item()).isPositive();
      assertThat(images.target(CLASSES).toFloats())
          .isEqualTo(
              MixLabels.soft(
                      batch.get("label"), batch.get("label"), images.lam().to(DType.F32), CLASSES)
                  .toFloats());
    }
  }

  /** Images of 1 mixed with partners of 0 show the image's share. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theMajorityOfTheLabelFollowsTheImagesIfItIsToBeOnTheSameSide(boolean same) {
    System.out.println("seed " + SEED);
    Rng rng = new Rng(SEED);
    int otherSide = 0;
    try (Scope scope = Scope.open()) {
      Tensor images = Tensor.cat(0, Tensor.ones(1, 1, 4, 4), Tensor.zeros(1, 1, 4, 4));
      Tensor labels = Tensor.of(new long[] {0, 1}, 2);
      MixPairs pairs = MixPairs.within(images, labels, new int[] {1, 0});
      MixPolicy policy = MixPolicies.parse("asymmetric:1,same_side=" + same);
      for (int i = 0; i < 100; i++) {
        MixedBatch mixed = policy.mix(pairs, MixContext.NONE, rng);
        double x = mixed.image().get(0).mean().item();
        otherSide += (x - 0.5) * (mixed.lam().item() - 0.5) < 0 ? 1 : 0;
      }
    }
    if (same) {
      assertThat(otherSide).isZero();
    } else {
      assertThat(otherSide).isBetween(25, 75);
    }
  }

  @Test
  void namedNetworksAreForTrainings() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      MixPolicy policy = MixPolicies.parse("attentivemix:2,network=a.safetensors");
      assertThat(MixPolicies.parse(policy.name())).isEqualTo(policy);
      assertThatThrownBy(() -> policy.apply(batch, CONTEXT, new Rng(SEED)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("looks at a.safetensors only in a training");
    }
  }

  @Test
  void refusesUnknownNamesAndWrongNumbers() {
    assertThatThrownBy(() -> MixPolicies.parse("asymmetric:lam_x=2"))
        .hasMessageContaining("a lam_x of 0 to 1, got 2");
    assertThatThrownBy(() -> MixPolicies.parse("cutmx"))
        .hasMessageContaining("unknown policy 'cutmx'")
        .hasMessageContaining("cutmix");
    assertThatThrownBy(() -> MixPolicies.parse("mixup:none"))
        .hasMessageContaining("key 'alpha' of mixup must be number");
    assertThatThrownBy(() -> MixPolicies.parse("mixup:0")).hasMessageContaining("alpha above 0");
    assertThatThrownBy(() -> MixPolicies.parse("smoothmix:1")).hasMessageContaining("no alpha");
    assertThatThrownBy(() -> MixPolicies.parse("mixup@0.5,cutmix")).hasMessageContaining("or none");
    assertThatThrownBy(() -> MixPolicies.parse("mixup@0.7,cutmix@0.7"))
        .hasMessageContaining("sum to 1");
    assertThatThrownBy(() -> MixPolicies.parse("mixup@7")).hasMessageContaining("0 to 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"saliencymix", "attentivemix", "puzzlemix"})
  void saysWhatTheContextLacks(String name) {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      assertThatThrownBy(() -> MixPolicies.parse(name).apply(batch, MixContext.NONE, new Rng(SEED)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name + " needs");
    }
  }

  @Test
  void aNetworkWithoutStagesMixesItsFeaturesAndRefusesLaterLayers() {
    try (Scope scope = Scope.open()) {
      MixPolicy policy = new ManifoldMix(1, 1, 2);
      MixedBatch mixed = MixedBatch.of(policy.apply(batch(), CONTEXT, new Rng(SEED)));
      assertThat(mixed.layer()).isEqualTo(1);
      Tensor map = NET.forwardFeatures(mixed.image());
      Tensor expected =
          NET.forwardHead(Mixup.apply(map, map.indexSelect(0, mixed.index()), mixed.lam()));
      assertThat(mixed.logits(NET).sub(expected).abs().max().item()).isZero();
      MixedBatch later =
          MixedBatch.of(new ManifoldMix(1, 2, 3).apply(batch(), CONTEXT, new Rng(SEED)));
      assertThatThrownBy(() -> later.logits(NET)).hasMessageContaining("write manifold:end=2");
    }
  }

  @Test
  void saliencyIsTheGradientOfTheLossAndLeavesTheNetworkAlone() {
    try (Scope scope = Scope.open()) {
      TensorBatch batch = batch();
      NET.train();
      NET.conv.eval();
      Tensor saliency = CONTEXT.gradientSaliency(batch.get("image"), batch.get("label"));
      assertThat(NET.isTraining()).isTrue();
      assertThat(NET.fc.isTraining()).isTrue();
      assertThat(NET.conv.isTraining()).isFalse();
      NET.eval();
      assertThat(saliency.shape()).containsExactly(N, SIZE, SIZE);
      assertThat(saliency.min().item()).isNotNegative();
      assertThat(NET.parameters().values()).allSatisfy(p -> assertThat(p.grad()).isNull());

      Tensor one = batch.get("image").slice(0, 0, 1);
      Tensor label = batch.get("label").slice(0, 0, 1);
      Tensor leaf = one.copy().requiresGrad_(true);
      Losses.crossEntropy(NET.forward(leaf), label).backward();
      Tensor expected = leaf.grad().square().mean(1).sqrt();
      Tensor single = CONTEXT.gradientSaliency(one, label);
      assertThat(single.sub(expected).abs().max().item()).isLessThan(1e-6);
      NET.parameters().values().forEach(Tensor::clearGrad);
    }
  }

  @Test
  void repeatedMixingFreesWhatItMakes() {
    TensorBatch batch = batch();
    Rng rng = new Rng(SEED);
    for (String name : MixPolicies.names()) {
      MixPolicy policy = MixPolicies.parse(name);
      try (Scope scope = Scope.open()) {
        policy.apply(batch, CONTEXT, rng);
      }
      long before = Memory.liveHandles();
      for (int i = 0; i < 5; i++) {
        try (Scope scope = Scope.open()) {
          policy.apply(batch, CONTEXT, rng);
        }
      }
      assertThat(Memory.liveHandles()).as(name).isEqualTo(before);
    }
    batch.tensors().values().forEach(Tensor::close);
  }

  private static TensorBatch batch() {
    Rng rng = new Rng(SEED);
    long[] labels = new long[N];
    for (int i = 0; i < N; i++) {
      labels[i] = rng.nextInt(CLASSES);
    }
    // values that are pixels in [0, 1] after undoing the normalisation
    Tensor image = rng.uniform_(Tensor.empty(N, 3, SIZE, SIZE), -0.7, 1.5);
    return TensorBatch.of(Map.of("image", image, "label", Tensor.of(labels, N)));
  }
}
