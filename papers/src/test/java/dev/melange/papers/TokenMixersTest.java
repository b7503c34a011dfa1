package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.data.image.Image;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenMixersTest {
  private static final String SMALL_LAYERS = "1,1,1,1";
  private static final String SMALL_DIMS = "32,32,64,64";

  static List<TokenMixer> mixers() {
    return Catalogue.tokenMixers();
  }

  /** The first image model of each component. */
  static List<String> backbones() {
    Map<Component, String> first = new LinkedHashMap<>();
    Vision.models().forEach(model -> first.putIfAbsent(model.component(), model.name()));
    return List.copyOf(first.values());
  }

  private static ImageModel poolformer(String mixer) {
    return Vision.create(
        "poolformer_s12",
        options ->
            options
                .size(64)
                .classes(3)
                .set("layers", SMALL_LAYERS)
                .set("embed_dims", SMALL_DIMS)
                .set("mixer", mixer));
  }

  @Test
  void namesAreUnique() {
    assertThat(mixers()).extracting(TokenMixer::name).doesNotHaveDuplicates();
    assertThat(mixers()).extracting(TokenMixer::name).doesNotContain(MixerChoice.OWN);
  }

  @ParameterizedTest
  @MethodSource("mixers")
  void mixesMapsOfThePermittedShapes(TokenMixer mixer) {
    int side = 16;
    int channels = 64;
    assertThat(mixer.shapes().permit(channels, side, side))
        .as("%s takes maps [B, %d, %d, %d]", mixer.name(), channels, side, side)
        .isTrue();
    try (Scope scope = Scope.open();
        UnaryLayer layer = mixer.make(channels, side, side, new Rng(3))) {
      Tensor x = new Rng(4).normal(2, channels, side, side).requiresGrad_(true);
      Tensor y = layer.forward(x);
      assertThat(y.shape()).containsExactly(2, channels, side, side);
      y.square().sum().backward();
      for (float gradient : x.grad().toFloats()) {
        assertThat(gradient).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("mixers")
  void standsInAnotherBackbone(TokenMixer mixer) {
    try (ImageModel model = poolformer("own,own," + mixer.name() + ",own");
        Scope scope = Scope.open()) {
      model.eval();
      assertThat(model.forward(new Rng(1).normal(2, 3, 64, 64)).shape()).containsExactly(2, 3);
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void everyBackboneTakesAnotherMixerOrSaysThatItCannot(String name) {
    if (Vision.create(name, options -> options.size(64)) instanceof TokenMixerHost host) {
      try (Layer own = (Layer) host;
          ImageModel model =
              Vision.create(name, options -> options.size(64).classes(3).set("mixer", "dwconv"));
          Scope scope = Scope.open()) {
        List<TokenMixerSlot> slots = host.tokenMixerSlots(64, 64);
        assertThat(slots).isNotEmpty();
        assertThat(model.state().keySet().stream().filter(key -> key.endsWith("conv.weight")))
            .hasSizeGreaterThanOrEqualTo(slots.size());
        model.eval();
        assertThat(model.forward(new Rng(1).normal(2, 3, 64, 64)).shape()).containsExactly(2, 3);
      }
    } else {
      assertThatThrownBy(
              () -> Vision.create(name, options -> options.size(64).set("mixer", "dwconv")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name + " has no token mixers that can be replaced");
    }
  }

  @ParameterizedTest
  @MethodSource("mixers")
  void standsInTheNetworkForPhotographsOrIsRefused(TokenMixer mixer) {
    Model maxim = Catalogue.model("maxim_tiny");
    long seed = 5;
    System.out.println("seed " + seed);
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> images = Map.of("x", new Rng(seed).uniform(1, 3, 32, 64));
      boolean permitted = true;
      try (Layer own = maxim.create(new Rng(0))) {
        for (TokenMixerSlot slot : ((TokenMixerHost) own).tokenMixerSlots(32, 64)) {
          mixer.make(slot.channels(), slot.height(), slot.width(), new Rng(0)).close();
        }
      } catch (IllegalArgumentException e) {
        permitted = false;
      }
      Map<String, String> set = Map.of("mixer", mixer.name());
      if (!permitted) {
        assertThatThrownBy(() -> maxim.build(set, images, new Rng(1)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "mixer=" + mixer.name() + " cannot be set in stage 1 of maxim_tiny");
        return;
      }
      try (Layer layer = maxim.build(set, images, new Rng(1)).layer()) {
        layer.eval();
        UnaryLayer network = (UnaryLayer) layer;
        assertThat(network.forward(images.get("x")).shape()).containsExactly(1, 3, 32, 64);
        assertThatThrownBy(() -> network.forward(new Rng(2).uniform(1, 3, 64, 64)))
            .hasMessageContaining("made for images [B, 3, 32, 64], got [1, 3, 64, 64]");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"resmlp_12,spatial_fc", "gmlp_ti16,token_mlp", "ninformer_cifar10,pooling"})
  void tokensAreMapsToTheMixers(String name, String mixer) {
    try (ImageModel model =
            Vision.create(name, options -> options.size(32, 64).classes(3).set("mixer", mixer));
        Scope scope = Scope.open()) {
      assertThat(model.forward(new Rng(1).normal(2, 3, 32, 64)).shape()).containsExactly(2, 3);
    }
  }

  @Test
  void ownLeavesAStageAsItIs() {
    try (ImageModel own = poolformer("own");
        ImageModel mixed = poolformer("own,own,own,attention")) {
      List<String> added =
          mixed.state().keySet().stream().filter(key -> !own.state().containsKey(key)).toList();
      assertThat(added)
          .isNotEmpty()
          .allSatisfy(key -> assertThat(key).startsWith("network.6.0.token_mixer."));
    }
  }

  @Test
  void savedModelsAreMadeAgainWithTheirMixers(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("mixed.safetensors");
    Image image = new Image(3, 64, 64, new byte[3 * 64 * 64]);
    double[] before;
    try (ImageModel model = poolformer("token_mlp")) {
      ObjectNode nothing = JsonNodeFactory.instance.objectNode();
      ImageClassifier classifier =
          new ImageClassifier(model, ImageInput.of(3, 64, false), List.of("a", "b", "c"));
      before = classifier.probabilities(List.of(image))[0];
      ObjectNode config = model.origin().orElseThrow().config();
      assertThat(config.get("mixer").get("names").asText()).isEqualTo("token_mlp");
      classifier.save(
          file,
          new Provenance("poolformer_s12", config, Map.of(), 0, nothing, nothing, "1", Map.of()));
    }
    try (ImageClassifier read = ImageClassifier.load(file)) {
      assertThat(read.probabilities(List.of(image))[0]).isEqualTo(before);
      ObjectNode stored = read.model().origin().orElseThrow().config();
      try (ImageModel larger =
          Vision.create("poolformer_s12", options -> options.base(stored).size(96))) {
        assertThat(larger.origin().orElseThrow().config().get("mixer").get("height").asInt())
            .isEqualTo(96);
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAChoice() {
    assertThatThrownBy(() -> poolformer("poling"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown token mixer 'poling'; did you mean 'pooling'?")
        .hasMessageContaining("spatial_fc");
    assertThatThrownBy(() -> poolformer("pooling,attention"))
        .hasMessageContaining("mixes tokens in 4 stages, got 2 mixers");
    assertThatThrownBy(() -> poolformer("")).hasMessageContaining("unknown token mixer ''");
    assertThatThrownBy(() -> Catalogue.model("gpt2").create(Map.of("mixer", "pooling"), new Rng(0)))
        .hasMessageContaining("gpt2 has no token mixers that can be replaced");
  }

  @Test
  void refusesShapesThatAMixerIsNotMadeFor() {
    TokenMixer picky =
        TokenMixer.of("picky", "", (channels, height, width, rng) -> null)
            .permitting(TokenMixer.Shapes.ANY.channelsMultipleOf(8).sidesAtLeast(4).squareOnly());
    assertThat(picky.shapes()).hasToString("C a multiple of 8, h and w at least 4, h = w");
    assertThat(TokenMixer.Shapes.ANY.sidesMultipleOf(7)).hasToString("h and w multiples of 7");
    assertThat(TokenMixer.Shapes.ANY).hasToString("any");
    for (int[] shape : new int[][] {{12, 4, 4}, {8, 2, 2}, {8, 4, 5}}) {
      assertThatThrownBy(() -> picky.make(shape[0], shape[1], shape[2], new Rng(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              "token mixer 'picky' takes maps [B, C, h, w] with C a multiple of 8")
          .hasMessageContaining("not [B, %d, %d, %d]".formatted(shape[0], shape[1], shape[2]));
    }
  }
}
