package dev.melange.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigsTest {
  enum Pairing {
    OFFICIAL,
    IN_ORDER
  }

  record Side(int height, int width) {
    @JsonCreator
    static Side of(JsonNode json) {
      if (json.isInt()) {
        return new Side(json.intValue(), json.intValue());
      }
      if (json.isArray() && json.size() == 2) {
        return new Side(json.get(0).intValue(), json.get(1).intValue());
      }
      throw new IllegalArgumentException("expected an int or [height, width], got " + json);
    }

    @JsonValue
    int[] values() {
      return new int[] {height, width};
    }
  }

  record Feature(String name, @Default("null") Integer vocab_size) {}

  record Config(
      @Default("[2, 2, 6, 2]") int[] layers,
      @Default("[4, 4]") double[] mlp_ratios,
      @Default("0.1") double drop_rate,
      @Default("gelu") @OneOf({"gelu", "relu", "silu"}) String act,
      @Default("[\"gelu\"]") @OneOf({"gelu", "relu"}) List<String> acts,
      @Default("true") boolean qkv_bias,
      @Default("null") Long seed,
      @Default("null") int[][] spatial_shapes,
      @Default("[]") List<Feature> features,
      @Default("{\"name\": \"x\"}") Feature main,
      @Default("{}") Map<String, Double> weights,
      @Default("null") JsonNode patch,
      @Default("4") Side size,
      @Default("official") Pairing pairing,
      int num_classes) {
    Config {
      if (num_classes < 0) {
        throw new IllegalArgumentException("num_classes must be at least 0, got " + num_classes);
      }
    }
  }

  record Empty() {}

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static Config read(String json) throws Exception {
    return Configs.read(Config.class, MAPPER.readTree(json), "vision/toy");
  }

  private static void refuses(String json, String... parts) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> read(json))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void absentKeysTakeTheirDefaults() throws Exception {
    Config config = read("{\"num_classes\": 10}");
    assertThat(config.layers()).containsExactly(2, 2, 6, 2);
    assertThat(config.mlp_ratios()).containsExactly(4.0, 4.0);
    assertThat(config.drop_rate()).isEqualTo(0.1);
    assertThat(config.act()).isEqualTo("gelu");
    assertThat(config.acts()).containsExactly("gelu");
    assertThat(config.qkv_bias()).isTrue();
    assertThat(config.seed()).isNull();
    assertThat(config.spatial_shapes()).isNull();
    assertThat(config.main()).isEqualTo(new Feature("x", null));
    assertThat(config.patch().isNull()).isTrue();
    assertThat(config.size()).isEqualTo(new Side(4, 4));
    assertThat(config.pairing()).isEqualTo(Pairing.OFFICIAL);
  }

  @Test
  void readsEveryKindOfValue() throws Exception {
    Config config =
        read(
            """
            {"layers": [1], "mlp_ratios": [2, 2.5], "drop_rate": 0, "act": "relu", "qkv_bias": false,
             "seed": 9000000000, "spatial_shapes": [null, [7, 8]], "weights": {"a": 1},
             "features": [{"name": "user", "vocab_size": 7.0}], "patch": [4, 6], "size": [3, 5],
             "pairing": "in_order", "num_classes": 2}
            """);
    assertThat(config.mlp_ratios()).containsExactly(2, 2.5);
    assertThat(config.seed()).isEqualTo(9_000_000_000L);
    assertThat(config.spatial_shapes()[0]).isNull();
    assertThat(config.spatial_shapes()[1]).containsExactly(7, 8);
    assertThat(config.features()).containsExactly(new Feature("user", 7));
    assertThat(config.weights()).containsEntry("a", 1.0);
    assertThat(config.patch()).hasToString("[4,6]");
    assertThat(config.size()).isEqualTo(new Side(3, 5));
    assertThat(config.pairing()).isEqualTo(Pairing.IN_ORDER);
  }

  record Renamed(@Key("channels") @Default("[4]") List<Integer> widths) {}

  @Test
  void aComponentMayHaveAnotherNameThanItsKey() throws Exception {
    Renamed config =
        Configs.read(Renamed.class, MAPPER.readTree("{\"channels\": [1, 2]}"), "vision/toy");
    assertThat(config.widths()).containsExactly(1, 2);
    assertThat(Configs.toJson(config)).hasToString("{\"channels\":[1,2]}");
    assertThat(Configs.with(config, Map.of("channels", "3")).widths()).containsExactly(3);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.with(config, Map.of("widths", "3")))
        .withMessageContaining("unknown key 'widths'")
        .withMessageContaining("known keys: channels");
  }

  @Test
  void refusesUnknownKeysWithASuggestion() {
    refuses(
        "{\"num_classes\": 1, \"mlp_ratio\": [4]}",
        "unknown key 'mlp_ratio' for vision/toy; did you mean 'mlp_ratios'?",
        "known keys: layers, mlp_ratios, drop_rate");
    refuses("{\"num_classes\": 1, \"zzz\": 4}", "unknown key 'zzz' for vision/toy; known keys: ");
    refuses(
        "{\"num_classes\": 1, \"main\": {\"nam\": \"x\"}}",
        "unknown key 'nam' for key 'main' of vision/toy; did you mean 'name'?");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.read(Empty.class, MAPPER.readTree("{\"a\": 1}"), "loss/dlr"))
        .withMessage("unknown key 'a' for loss/dlr; it has no keys");
  }

  @Test
  void refusesMissingRequiredKeys() {
    refuses(
        "{}", "the config of vision/toy lacks the required key num_classes; known keys: layers");
    refuses(
        "{\"num_classes\": 1, \"main\": {}}",
        "key 'main' of vision/toy lacks the required key name");
  }

  /** A key with a default that also takes null. */
  record Reset(@Default(value = "0.5", orNull = true) Double v_reset) {}

  @Test
  void nullIsAValueWhereItIsAllowedBesideTheDefault() {
    assertThat(Configs.defaults(Reset.class).v_reset()).isEqualTo(0.5);
    Reset none = new Reset(null);
    assertThat(Configs.read(Reset.class, Configs.toJson(none), "neuron")).isEqualTo(none);
    assertThat(Configs.with(new Reset(1.0), Map.of("v_reset", "null"), "neuron")).isEqualTo(none);
  }

  /** A key of a type with its own form. */
  record Image(@Default("8") Side size) {}

  @Test
  void refusesNullWhereNoneIsAllowed() throws Exception {
    JsonNode json = new ObjectMapper().readTree("{\"size\": null}");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.read(Image.class, json, "image"))
        .withMessageStartingWith("key 'size' of image must be")
        .withMessageEndingWith("got null");
  }

  @Test
  void refusesWrongTypes() {
    refuses(
        "{\"num_classes\": \"ten\"}", "key 'num_classes' of vision/toy must be int, got \"ten\"");
    refuses("{\"num_classes\": 1.5}", "key 'num_classes' of vision/toy must be int, got 1.5");
    refuses("{\"num_classes\": 3000000000}", "must be int, got 3000000000");
    refuses("{\"num_classes\": null}", "key 'num_classes' of vision/toy must be int, got null");
    refuses(
        "{\"num_classes\": 1, \"layers\": 4}", "key 'layers' of vision/toy must be int[], got 4");
    refuses(
        "{\"num_classes\": 1, \"layers\": [1, true]}", "key 'layers' of vision/toy[1] must be int");
    refuses("{\"num_classes\": 1, \"layers\": null}", "must be int[], got null");
    refuses("{\"num_classes\": 1, \"layers\": [null]}", "must be int, got null");
    refuses("{\"num_classes\": 1, \"qkv_bias\": \"true\"}", "must be bool, got \"true\"");
    refuses("{\"num_classes\": 1, \"weights\": {\"a\": \"b\"}}", ".a must be number, got \"b\"");
    refuses("{\"num_classes\": 1, \"pairing\": \"x\"}", "must be official or in_order, got \"x\"");
    refuses(
        "{\"num_classes\": 1, \"size\": [1]}",
        "key 'size' of vision/toy is not valid: expected an int or [height, width], got [1]");
    refuses("[]", "the config of vision/toy must be a JSON object, got []");
  }

  @Test
  void refusesStringsOutsideTheChoices() {
    refuses(
        "{\"num_classes\": 1, \"act\": \"geluu\"}",
        "key 'act' of vision/toy must be one of gelu, relu, silu, got \"geluu\"; did you mean 'gelu'?");
    refuses(
        "{\"num_classes\": 1, \"acts\": [\"gelu\", \"tanh\"]}", "one of gelu, relu, got \"tanh\"");
  }

  @Test
  void reportsWhatTheConstructorRefusesUnderTheConfigsName() {
    refuses(
        "{\"num_classes\": -1}",
        "the config of vision/toy is not valid: num_classes must be at least 0, got -1");
  }

  @Test
  void overridesTakeJsonBareWordsAndListsWithoutBrackets() throws Exception {
    Config config =
        Configs.with(
            read("{\"num_classes\": 1}"),
            Configs.parseOverrides(
                List.of(
                    "layers=1,2",
                    "mlp_ratios=[3]",
                    "act=silu",
                    "acts=[relu, gelu]",
                    "seed=7",
                    "main.vocab_size=12",
                    "main.name=12",
                    "spatial_shapes=[[7,7]]",
                    "patch={\"a\": 1}",
                    "drop_rate=1e-3",
                    "size=6",
                    "pairing=in_order")),
            "vision/toy");
    assertThat(config.layers()).containsExactly(1, 2);
    assertThat(config.mlp_ratios()).containsExactly(3);
    assertThat(config.act()).isEqualTo("silu");
    assertThat(config.acts()).containsExactly("relu", "gelu");
    assertThat(config.seed()).isEqualTo(7);
    assertThat(config.main()).isEqualTo(new Feature("12", 12));
    assertThat(config.spatial_shapes()[0]).containsExactly(7, 7);
    assertThat(config.patch()).hasToString("{\"a\":1}");
    assertThat(config.drop_rate()).isEqualTo(1e-3);
    assertThat(config.size()).isEqualTo(new Side(6, 6));
    assertThat(config.pairing()).isEqualTo(Pairing.IN_ORDER);
  }

  @Test
  void refusesOverridesThatDoNotFit() throws Exception {
    Config config = read("{\"num_classes\": 1}");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.with(config, Map.of("num_classes", "many"), "m"))
        .withMessage("key 'num_classes' of m must be int, got \"many\"");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.with(config, Map.of("num_clases", "3"), "m"))
        .withMessageContaining("did you mean 'num_classes'?");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.with(config, Map.of("act.x", "3"), "m"))
        .withMessage("key 'act' of m holds no keys of its own, so 'act.x' cannot be set");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Configs.parseOverrides(List.of("layers")))
        .withMessage("expected key=value, got 'layers'");
  }

  @Test
  void jsonRoundTrips() throws Exception {
    Config config =
        read(
            """
            {"num_classes": 3, "spatial_shapes": [null, [1, 2]], "size": [3, 5], "seed": 4,
             "features": [{"name": "a", "vocab_size": 1}], "weights": {"w": 0.5}, "pairing": "in_order"}
            """);
    JsonNode json = Configs.toJson(config);
    assertThat(json.fieldNames()).toIterable().startsWith("layers", "mlp_ratios", "drop_rate");
    assertThat(json.get("size")).hasToString("[3,5]");
    assertThat(Configs.toJson(Configs.read(Config.class, json))).isEqualTo(json);
  }

  @Test
  void describesEveryKey() {
    List<ConfigKey> keys = Configs.describe(Config.class);
    assertThat(keys).hasSize(15);
    assertThat(keys.get(0).type()).isEqualTo("int[]");
    assertThat(keys.get(0).defaultJson()).contains("[2,2,6,2]");
    assertThat(keys.get(3).choices()).containsExactly("gelu", "relu", "silu");
    assertThat(keys.get(7).type()).isEqualTo("int[][]");
    assertThat(keys.get(14).name()).isEqualTo("num_classes");
    assertThat(keys.get(14).defaultJson()).isEmpty();
  }
}
