package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Suggestions;
import dev.melange.tensor.Rng;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The click models by name, with the hidden widths, dropout and batch norm that the paper's authors
 * published for Frappe: small enough for tables of some thousand rows.
 */
public enum Architecture {
  /** {@link FinalMlp}: two gated streams, bilinear fusion. */
  FINAL_MLP("finalmlp", "FinalMLP", FinalMlp.Config.class, FinalMlp::new, Texts.FINAL),
  /** {@link FinalMlp} without gates. */
  FINAL_MLP_UNGATED(
      "finalmlp-ungated",
      "FinalMLP without gates",
      FinalMlp.Config.class,
      FinalMlp::new,
      Texts.UNGATED),
  /** {@link DualMlp}: two streams, summed. */
  DUAL_MLP("dualmlp", "DualMLP", DualMlp.Config.class, DualMlp::new, Texts.STREAMS),
  /** {@link DeepFm}: an MLP beside a factorisation machine. */
  DEEP_FM("deepfm", "DeepFM", DeepFm.Config.class, DeepFm::new, Texts.MLP),
  /** {@link DcnV2}: an MLP beside a cross network. */
  DCN_V2("dcnv2", "DCNv2", DcnV2.Config.class, DcnV2::new, Texts.CROSS),
  /** {@link Dnn}: one MLP. */
  DNN("dnn", "DNN", Dnn.Config.class, Dnn::new, Texts.MLP),
  /** {@link LogisticRegression}. */
  LOGISTIC_REGRESSION(
      "lr",
      "logistic regression",
      LogisticRegression.Config.class,
      LogisticRegression::new,
      Texts.NONE);

  /** The settings as JSON; an enum's own constants do not exist yet where it would need them. */
  private static final class Texts {
    static final String BOTH_STREAMS =
        "\"mlp1_hidden_units\":[400],\"mlp1_dropout\":0.4,\"mlp1_batch_norm\":true,"
            + "\"mlp2_hidden_units\":[100],\"mlp2_dropout\":0.4,\"mlp2_batch_norm\":true";
    static final String STREAMS = "{" + BOTH_STREAMS + "}";
    static final String FINAL = "{" + BOTH_STREAMS + ",\"fs_hidden_units\":[400],\"num_heads\":5}";
    static final String UNGATED = "{" + BOTH_STREAMS + ",\"use_fs\":false,\"num_heads\":5}";
    static final String DEEP = "_units\":[400,400,400],\"net_dropout\":0.4,\"batch_norm\":true";
    static final String MLP = "{\"hidden" + DEEP + "}";
    static final String CROSS = "{\"num_cross_layers\":4,\"parallel_dnn_hidden" + DEEP + "}";
    static final String NONE = "{}";
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String key;
  private final String title;
  private final Shape<?> shape;

  <C extends Record> Architecture(
      String key,
      String title,
      Class<C> type,
      BiFunction<C, Rng, ? extends ClickModel> builder,
      String settings) {
    this.key = key;
    this.title = title;
    this.shape = new Shape<>(type, builder, settings);
  }

  private record Shape<C extends Record>(
      Class<C> type, BiFunction<C, Rng, ? extends ClickModel> builder, String settings) {
    ClickModel build(Record config, Rng rng) {
      return builder.apply(type.cast(config), rng);
    }
  }

  /** The name on the command line and in files, such as {@code finalmlp}. */
  public String key() {
    return key;
  }

  /** The name in tables and charts, such as {@code FinalMLP}. */
  public String title() {
    return title;
  }

  /**
   * The architecture of a key.
   *
   * @throws IllegalArgumentException with a suggestion, if there is none
   */
  public static Architecture of(String key) {
    List<String> keys = Arrays.stream(values()).map(Architecture::key).toList();
    if (!keys.contains(key)) {
      throw new IllegalArgumentException(
          "there is no click model '%s'%s; there are %s"
              .formatted(key, Suggestions.didYouMean(key, keys), String.join(", ", keys)));
    }
    return values()[keys.indexOf(key)];
  }

  /**
   * A configuration.
   *
   * @param features the fields
   * @param changes keys of the model's configuration that differ from the published settings, as
   *     text; see {@link Configs#with(Record, Map, String)}
   * @return a record of the model's configuration type
   * @throws IllegalArgumentException for unknown keys and values of the wrong kind
   */
  public Record config(List<Feature> features, Map<String, String> changes) {
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(shape.settings());
      ArrayNode list = json.putArray("features");
      features.forEach(feature -> list.add(Configs.toJson(feature)));
      return Configs.with(Configs.read(shape.type(), json, key), changes, key);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(shape.settings(), e);
    }
  }

  /**
   * A configuration that was written with {@link Configs#toJson(Record)}.
   *
   * @throws IllegalArgumentException if it is not one of this architecture
   */
  public Record read(ObjectNode json) {
    return Configs.read(shape.type(), json, key);
  }

  /** A new, untrained model. */
  public ClickModel create(Record config, Rng rng) {
    return shape.build(config, rng);
  }
}
