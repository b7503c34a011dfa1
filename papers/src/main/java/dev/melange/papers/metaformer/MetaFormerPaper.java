package dev.melange.papers.metaformer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MetaFormer: PoolFormer and its hybrids, and Grad-CAM. */
public final class MetaFormerPaper implements Paper {
  private static final Component POOLFORMER =
      Component.of(
              "vision/poolformer",
              PoolFormerConfig.class,
              PoolFormer::new,
              MetaFormerPaper::outputs)
          .withExample(
              PoolFormerConfig.class,
              config -> Map.of("x", Tensor.zeros(1, config.in_chans(), 224, 224)));
  private static final Component GRAD_CAM =
      Component.of(
          "interpret/grad-cam",
          GradCam.Config.class,
          GradCam::new,
          (gradCam, in) -> {
            GradCam.Result result = gradCam.forward(in.get("x"), in.get("target"));
            return new Outputs()
                .put("logits", result.logits())
                .put("weights", result.weights())
                .put("cam", result.cam())
                .put("cam_resized", result.resized())
                .map();
          });

  @Override
  public String key() {
    return "metaformer";
  }

  @Override
  public List<Component> components() {
    return List.of(POOLFORMER, GRAD_CAM);
  }

  @Override
  public List<Model> models() {
    String narrow = "64,128,320,512";
    String wide = "96,192,384,768";
    return List.of(
        poolformer("s12", "2,2,6,2", narrow, "1e-5", "1.8 G", "77.2 %", "0.1"),
        poolformer("s24", "4,4,12,4", narrow, "1e-5", "3.4 G", "80.3 %", "0.1"),
        poolformer("s36", "6,6,18,6", narrow, "1e-6", "5.0 G", "81.4 %", "0.2"),
        poolformer("m36", "6,6,18,6", wide, "1e-6", "8.8 G", "82.1 %", "0.3"),
        poolformer("m48", "8,8,24,8", wide, "1e-6", "11.6 G", "82.5 %", "0.4"),
        hybrid("metaformer_id_s12", Map.of("token_mixers", "identity,identity,identity,identity")),
        hybrid(
            "metaformer_pppa_s12_224",
            Map.of(
                "token_mixers", "pooling,pooling,pooling,attention",
                "add_pos_embs", "[null,null,null,[7,7]]",
                "norm", "layer_norm")),
        hybrid(
            "metaformer_ppaa_s12_224",
            Map.of(
                "token_mixers", "pooling,pooling,attention,attention",
                "add_pos_embs", "[null,null,[14,14],null]",
                "norm", "layer_norm")),
        hybrid(
            "metaformer_pppf_s12_224",
            Map.of(
                "token_mixers", "pooling,pooling,pooling,spatial_fc",
                "spatial_shapes", "[null,null,null,[7,7]]")),
        hybrid(
            "metaformer_ppff_s12_224",
            Map.of(
                "token_mixers", "pooling,pooling,spatial_fc,spatial_fc",
                "spatial_shapes", "[null,null,[14,14],[7,7]]")));
  }

  @Override
  public List<Model> miniModels() {
    Map<String, String> keys =
        Map.of(
            "layers", "1,1,2,1",
            "embed_dims", "32,64,96,128",
            "mlp_ratios", "2,2,2,2",
            "in_patch_size", "3",
            "in_stride", "2",
            "in_pad", "1",
            "layer_scale_init_value", "0.1",
            "num_classes", "10");
    return List.of(hybrid("poolformer_mini", keys));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return TokenMixers.forOthers();
  }

  @Override
  public Study study() {
    return new MetaFormerStudy();
  }

  private static Model poolformer(
      String size,
      String layers,
      String dims,
      String layerScale,
      String macs,
      String accuracy,
      String dropPath) {
    Map<String, String> keys =
        Map.of("layers", layers, "embed_dims", dims, "layer_scale_init_value", layerScale);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("MACs at 224", macs);
    facts.put("ImageNet top-1", accuracy);
    facts.put("drop path in training", dropPath);
    return new Model("poolformer_" + size, POOLFORMER, config(keys), facts);
  }

  private static Model hybrid(String name, Map<String, String> keys) {
    return Model.of(name, POOLFORMER, config(keys));
  }

  private static PoolFormerConfig config(Map<String, String> keys) {
    return Configs.with(Configs.defaults(PoolFormerConfig.class), keys, POOLFORMER.name());
  }

  private static Map<String, Tensor> outputs(PoolFormer model, Inputs in) {
    if (!model.config().fork_feat()) {
      return Map.of("logits", model.forward(in.get("x")));
    }
    Outputs outputs = new Outputs();
    List<Tensor> maps = model.forwardStages(in.get("x"));
    for (int s = 0; s < maps.size(); s++) {
      outputs.put("feat" + s, maps.get(s));
    }
    return outputs.map();
  }
}
