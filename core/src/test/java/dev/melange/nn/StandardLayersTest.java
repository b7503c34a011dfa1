package dev.melange.nn;

import static dev.melange.nn.Ramps.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Expected numbers were computed with PyTorch 2.13 in float64. */
class StandardLayersTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static void assertValues(Tensor actual, double... expected) {
    double[] values = actual.detach().contiguous().toDoubles();
    assertThat(values).containsExactly(expected, within(1e-10));
  }

  @Test
  void rmsNormIsThatOfPyTorch() {
    try (RmsNorm norm = new RmsNorm(4, 1e-3)) {
      norm.to(DType.F64);
      norm.load(Map.of("weight", ramp(4).add(1)));
      assertValues(
          norm.forward(ramp(2, 3, 4)).get(1).get(2),
          1.42299786669,
          1.99757178654,
          0.864517589679,
          -1.02260734692);
    }
  }

  @Test
  void rmsNormDoesNotSeeTheScaleOfItsInput() {
    try (RmsNorm norm = new RmsNorm(8, 0)) {
      norm.to(DType.F64);
      Tensor x = ramp(3, 8).add(0.1);
      assertValues(norm.forward(x.mul(1000)), norm.forward(x).detach().toDoubles());
    }
  }

  @Test
  void instanceNormIsThatOfPyTorch() {
    try (InstanceNorm norm = new InstanceNorm(2, 1e-3, true)) {
      norm.to(DType.F64);
      norm.load(Map.of("weight", ramp(2).add(1), "bias", ramp(2).mul(2)));
      assertValues(
          norm.forward(ramp(1, 2, 2, 3)).get(0).get(1),
          -0.309743046322,
          -0.551044651083,
          0.213242454466,
          1.62366210227,
          3.01687189355,
          3.73762349397);
    }
  }

  @Test
  void instanceNormHasNoParametersByDefaultAndTreatsSamplesApart() {
    try (InstanceNorm norm = new InstanceNorm(2)) {
      assertThat(norm.state()).isEmpty();
      Tensor x = ramp(3, 2, 5);
      assertValues(norm.forward(x).get(1), norm.forward(x.narrow(0, 1, 1)).toDoubles());
    }
  }

  @Test
  void layerScaleMultipliesEachFeature() {
    try (LayerScale tokens = LayerScale.ofTokens(3, 0.5);
        LayerScale maps = LayerScale.ofMaps(3, 0.5)) {
      Map<String, Tensor> gamma = Map.of("gamma", Tensor.of(new double[] {1, 2, 4}, 3));
      for (LayerScale scale : new LayerScale[] {tokens, maps}) {
        assertThat(scale.state().keySet()).containsExactly("gamma");
        assertValues(scale.gamma(), 0.5, 0.5, 0.5);
        scale.load(gamma);
      }
      assertValues(tokens.forward(Tensor.ones(1, 2, 3)), 1, 2, 4, 1, 2, 4);
      assertValues(maps.forward(Tensor.ones(1, 3, 1, 2)), 1, 1, 2, 2, 4, 4);
    }
  }

  @Test
  void conv3dIsThatOfPyTorch() {
    Conv3d.Spec spec = Conv3d.Spec.of(4, 2, 1).kernel(1, 2, 3).stride(2).padding(1).groups(2);
    try (Conv3d conv = new Conv3d(spec, new Rng(1))) {
      conv.to(DType.F64);
      conv.load(Map.of("weight", ramp(2, 2, 1, 2, 3), "bias", ramp(2)));
      Tensor y = conv.forward(ramp(1, 4, 2, 3, 4));
      assertThat(y.shape()).containsExactly(1, 2, 2, 2, 2);
      assertValues(
          y.get(0).get(1).get(1), 2.29758498858, 2.32293510921, 0.406855080136, 5.49163652674);
    }
  }

  @Test
  void conv3dOfDepthOneIsConv2d() {
    Conv3d.Spec deep = Conv3d.Spec.of(3, 5, 1).kernel(1, 3, 3).bias(false);
    try (Conv3d conv = new Conv3d(deep, new Rng(1));
        Conv2d flat = new Conv2d(Conv2d.Spec.of(3, 5, 3).bias(false), new Rng(2))) {
      conv.to(DType.F64);
      flat.to(DType.F64);
      flat.load(Map.of("weight", conv.weight().detach().squeeze(2)));
      Tensor x = ramp(2, 3, 6, 7);
      assertValues(
          conv.forward(x.unsqueeze(2)).squeeze(2),
          flat.forward(x).detach().contiguous().toDoubles());
    }
  }

  @Test
  void convTranspose2dIsThatOfPyTorch() {
    ConvTranspose2d.Spec spec =
        ConvTranspose2d.Spec.of(4, 6, 3).stride(2).padding(1).outputPadding(1).groups(2);
    try (ConvTranspose2d conv = new ConvTranspose2d(spec, new Rng(1))) {
      conv.to(DType.F64);
      conv.load(Map.of("weight", ramp(4, 3, 3, 3), "bias", ramp(6)));
      Tensor y = conv.forward(ramp(1, 4, 2, 2));
      assertThat(y.shape()).containsExactly(1, 6, 4, 4);
      assertValues(
          y.get(0).get(4),
          0.342316249597,
          0.452849109917,
          0.39379040311,
          0.166916684279,
          0.335624020037,
          0.194791365116,
          0.0694544849613,
          0.275884256076,
          0.417608938248,
          0.332234661066,
          0.402569625761,
          0.324183064977,
          0.0519166579831,
          0.0793656052714,
          0.217131718819,
          0.238814854268);
    }
  }

  @Test
  void convTranspose2dIsTheAdjointOfConv2d() {
    try (Conv2d conv = new Conv2d(Conv2d.Spec.of(3, 4, 3).stride(2).bias(false), new Rng(1));
        ConvTranspose2d back =
            new ConvTranspose2d(
                ConvTranspose2d.Spec.of(4, 3, 3).stride(2).bias(false), new Rng(2))) {
      conv.to(DType.F64);
      back.to(DType.F64);
      back.load(Map.of("weight", conv.weight()));
      Tensor x = ramp(1, 3, 7, 7);
      Tensor y = ramp(1, 4, 3, 3).add(0.3);
      double there = conv.forward(x).mul(y).sum().item();
      double andBack = back.forward(y).mul(x).sum().item();
      assertThat(there).isCloseTo(andBack, within(1e-10));
    }
  }
}
