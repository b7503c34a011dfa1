package dev.melange.papers.finalmlp;

import dev.melange.component.Component;
import dev.melange.component.Default;
import dev.melange.component.Inputs;
import dev.melange.component.OneOf;
import dev.melange.component.Outputs;
import dev.melange.data.tabular.Vocabulary;
import dev.melange.metric.BinaryRanking;
import dev.melange.metric.GroupedRanking;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** FinalMLP (AAAI 2023), the models it is compared with, and their evaluation. */
public final class FinalMlpPaper implements Paper {
  private static final Component FINAL_MLP =
      Component.of("tabular/final-mlp", FinalMlp.Config.class, FinalMlp::new, FinalMlp::outputs)
          .withExample(FinalMlp.Config.class, config -> example(config.features()));
  private static final Component DUAL_MLP =
      Component.of("tabular/dual-mlp", DualMlp.Config.class, DualMlp::new, DualMlp::outputs)
          .withExample(DualMlp.Config.class, config -> example(config.features()));
  private static final Component DEEP_FM =
      Component.of("tabular/deepfm", DeepFm.Config.class, DeepFm::new, DeepFm::outputs)
          .withExample(DeepFm.Config.class, config -> example(config.features()));
  private static final Component DCN_V2 =
      Component.of("tabular/dcnv2", DcnV2.Config.class, DcnV2::new, DcnV2::outputs)
          .withExample(DcnV2.Config.class, config -> example(config.features()));

  record Metrics(@Default("[]") int[] ndcg_k) {}

  record Vocab(
      List<String> fit,
      List<String> encode,
      @Default("null") Integer max_features,
      @Default("\"\"") String na_value,
      @Default("1") int min_freq,
      @Default("null") String splitter,
      @Default("0") int max_len,
      @Default("pre") @OneOf({"pre", "post"}) String padding) {}

  /** A DualMLP together with the settings of its steps. */
  private static final class Step extends dev.melange.nn.Layer {
    private final CtrStep.Config config;
    private final DualMlp model;

    Step(CtrStep.Config config, Rng rng) {
      this.config = config;
      model = new DualMlp(config.model(), rng);
      model.children().forEach(this::child);
    }

    Map<String, Tensor> run(Inputs inputs) {
      model.train(isTraining());
      return CtrStep.run(
          model, inputs, config.learning_rate(), config.steps(), config.max_gradient_norm());
    }
  }

  @Override
  public String key() {
    return "final-mlp";
  }

  @Override
  public Study study() {
    return new FinalMlpStudy();
  }

  /**
   * The models as published for Frappe_x1. Those of MovieLens, Criteo and Avazu differ in widths
   * only, but the sizes of their vocabularies depend on how the data are cut, so there is no model
   * without data: {@link Architecture#config} makes one for any table.
   */
  @Override
  public List<Model> models() {
    List<Feature> fields = Frappe.publishedFeatures();
    Map<String, String> regular = Map.of("embedding_regularizer", "0.05");
    Map<String, String> gated = new LinkedHashMap<>(regular);
    gated.put("fs1_context", "[\"user\"]");
    gated.put("fs2_context", "[\"item\"]");
    return List.of(
        new Model(
            "finalmlp_frappe",
            FINAL_MLP,
            Architecture.FINAL_MLP.config(fields, gated),
            facts("0.986072", "0.148415", "253,392")),
        new Model(
            "dualmlp_frappe", DUAL_MLP, Architecture.DUAL_MLP.config(fields, regular), Map.of()),
        new Model(
            "deepfm_frappe",
            DEEP_FM,
            Architecture.DEEP_FM.config(fields, regular),
            facts("0.984243", "0.148174", "423,280")),
        new Model(
            "dcnv2_frappe",
            DCN_V2,
            Architecture.DCN_V2.config(fields, regular),
            facts("0.984478", "0.149149", "458,391")));
  }

  private static Map<String, String> facts(String auc, String logLoss, String parameters) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("test AUC", auc);
    facts.put("test logloss", logLoss);
    facts.put("params", parameters);
    return facts;
  }

  @Override
  public List<Component> components() {
    return List.of(
        FINAL_MLP,
        DUAL_MLP,
        DEEP_FM,
        DCN_V2,
        Component.of(
            "layer/feature-embedding",
            FeatureEmbedding.Config.class,
            FeatureEmbedding::new,
            (layer, in) -> Map.of("embedding", layer.forward(in))),
        Component.of(
            "layer/feature-selection",
            FeatureSelection.Config.class,
            FeatureSelection::new,
            (layer, in) ->
                Map.of(
                    "feature1", layer.forward(0, in.get("flat_emb"), in),
                    "feature2", layer.forward(1, in.get("flat_emb"), in))),
        Component.of(
            "layer/interaction-aggregation",
            InteractionAggregation.Config.class,
            InteractionAggregation::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x"), in.get("y")))),
        Component.of(
            "layer/cross-net",
            CrossNet.Config.class,
            CrossNet::new,
            (layer, in) -> Map.of("output", layer.forward(in.get("x")))),
        Component.function("tabular/ctr-metrics", Metrics.class, FinalMlpPaper::metrics),
        Component.function("data/ctr-vocab", Vocab.class, FinalMlpPaper::vocabulary),
        Component.function(
            "optim/plateau-early-stop", PlateauEarlyStop.Config.class, FinalMlpPaper::plateau),
        Component.of("optim/ctr-step", CtrStep.Config.class, Step::new, Step::run));
  }

  private static Map<String, Tensor> example(List<Feature> features) {
    Outputs inputs = new Outputs();
    for (Feature feature : features) {
      inputs.put(
          feature.name(),
          switch (feature.type()) {
            case "numeric" -> Tensor.zeros(1);
            case "sequence" ->
                Tensor.zeros(
                    DType.I64, Device.CPU, 1, Objects.requireNonNullElse(feature.max_len(), 1));
            default -> Tensor.zeros(DType.I64, Device.CPU, 1);
          });
    }
    return inputs.map();
  }

  private static double[] doubles(Tensor tensor) {
    return tensor.detach().to(DType.F64).toDoubles();
  }

  private static Map<String, Tensor> metrics(Metrics config, Inputs in) {
    double[] labels = doubles(in.get("label"));
    double[] scores = doubles(in.get("score"));
    GroupedRanking grouped = GroupedRanking.of(labels, scores, in.get("group").toLongs());
    boolean single = in.get("score").dtype() == DType.F32;
    Outputs outputs =
        new Outputs()
            .put("AUC", BinaryRanking.auc(labels, scores))
            .put(
                "logloss",
                single
                    ? BinaryRanking.logLoss(
                        in.get("label").to(DType.F32).toFloats(), in.get("score").toFloats())
                    : BinaryRanking.logLoss(labels, scores))
            .put("gAUC", grouped.gAuc())
            .put("avgAUC", grouped.avgAuc())
            .put("MRR", grouped.mrr());
    for (int k : config.ndcg_k()) {
      outputs.put("NDCG@" + k, grouped.ndcg(k));
    }
    return outputs.map();
  }

  private static Map<String, Tensor> vocabulary(Vocab config, Inputs in) {
    Vocabulary vocabulary =
        Vocabulary.fit(
            config.fit(),
            new Vocabulary.Config(
                config.max_features(),
                config.na_value(),
                config.min_freq(),
                config.splitter(),
                config.max_len(),
                Vocabulary.Padding.valueOf(config.padding().toUpperCase(Locale.ROOT))));
    long[] ids = vocabulary.encodeAll(config.encode());
    Outputs outputs = new Outputs();
    if (config.splitter() == null) {
      outputs.put("ids", ids);
    } else {
      outputs.put("ids", Tensor.of(ids, config.encode().size(), vocabulary.length()));
    }
    return outputs
        .put("vocab_size", (long) vocabulary.size())
        .put("oov", (long) vocabulary.oov())
        .map();
  }

  private static Map<String, Tensor> plateau(PlateauEarlyStop.Config config, Inputs in) {
    double[] values = null;
    for (Map.Entry<String, Double> part : config.monitor().entrySet()) {
      double[] series = doubles(in.get(part.getKey()));
      values = values == null ? new double[series.length] : values;
      for (int i = 0; i < series.length; i++) {
        values[i] += part.getValue() * series[i];
      }
    }
    if (values == null) {
      throw new IllegalArgumentException("monitor names no metric");
    }
    PlateauEarlyStop rule = new PlateauEarlyStop(config);
    double[] rates = new double[values.length];
    long[] stop = new long[values.length];
    long[] saved = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      saved[i] = rule.observe(values[i]) ? 1 : 0;
      rates[i] = rule.learningRate();
      stop[i] = rule.isStopped() ? 1 : 0;
    }
    return new Outputs().put("lr", rates).put("stop", stop).put("saved", saved).map();
  }
}
