package dev.melange.papers.maxformer;

import dev.melange.component.Component;
import dev.melange.component.Configs;
import dev.melange.component.Outputs;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.spiking.SpikingNeuron;
import dev.melange.papers.Model;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Max-Former and Max-ResNet (Fang et al., 2025): spiking networks that keep high frequencies. */
public final class MaxFormerPaper implements Paper {
  private static final Component LIF =
      Component.of(
          "layer/lif",
          SpikingNeuron.Config.class,
          (config, rng) -> new SpikingNeuron(config),
          (layer, in) -> {
            SpikingNeuron.Firing firing = layer.fire(in.get("x"), in.optional("v"));
            return Map.of("spikes", firing.spikes(), "v", firing.potential());
          });

  private static final Component MLP =
      Component.of(
          "layer/max-former-mlp",
          SpikingMlp.Config.class,
          SpikingMlp::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component MIXER =
      Component.of(
          "layer/max-former-mixer",
          SpikingMixer.Config.class,
          SpikingMixer::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component EMBED =
      Component.of(
          "layer/max-former-embed",
          PatchEmbedding.Config.class,
          PatchEmbedding::new,
          (layer, in) -> Map.of("y", layer.forward(in.get("x"))));

  private static final Component FORMER =
      Component.of(
              "vision/max-former",
              MaxFormerConfig.class,
              MaxFormer::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(MaxFormerConfig.class, config -> Map.of("x", example(config)));

  private static final Component RESNET =
      Component.of(
              "vision/max-resnet",
              MaxResNet.Config.class,
              MaxResNet::new,
              (model, in) -> Map.of("logits", model.forward(in.get("x"))))
          .withExample(MaxResNet.Config.class, config -> Map.of("x", Tensor.zeros(1, 3, 32, 32)));

  private static final Component SPECTRUM =
      Component.function(
          "interpret/spectrum",
          Spectrum.Config.class,
          (config, in) -> {
            Spectrum.Result result = Spectrum.of(in.get("x"), config.cutoff());
            return new Outputs()
                .put("log_amplitude", result.logAmplitude())
                .put("relative_log_amplitude", result.relative())
                .put("high_frequency_ratio", result.highFrequencyRatio())
                .map();
          });

  private static final Component RESPONSE =
      Component.function(
          "interpret/neuron-response",
          NeuronResponse.Config.class,
          (config, in) ->
              new Outputs()
                  .put("omega", NeuronResponse.frequencies(config))
                  .put("magnitude", NeuronResponse.magnitude(config))
                  .map());

  private static final Component ENERGY =
      Component.function(
          "interpret/spiking-energy",
          SpikingEnergy.Config.class,
          (config, in) -> {
            long[] mac = in.get("is_mac").toLongs();
            boolean[] isMac = new boolean[mac.length];
            for (int i = 0; i < mac.length; i++) {
              isMac[i] = mac[i] != 0;
            }
            SpikingEnergy.Estimate estimate =
                SpikingEnergy.estimate(
                    config, in.get("flops").toDoubles(), in.get("firing_rate").toDoubles(), isMac);
            return new Outputs()
                .put("sops", estimate.sops())
                .put("energy_pj", estimate.picojoules())
                .put("total_mj", estimate.millijoules())
                .map();
          });

  private static Tensor example(MaxFormerConfig config) {
    int side = config.embeds().get(0).equals(PatchEmbedding.ORIG) ? 32 : 224;
    return config.embeds().get(0).equals("max-plus")
        ? Tensor.zeros(1, config.T(), config.in_channels(), 128, 128)
        : Tensor.zeros(1, config.in_channels(), side, side);
  }

  @Override
  public String key() {
    return "max-former";
  }

  @Override
  public List<Component> components() {
    return List.of(LIF, MLP, MIXER, EMBED, FORMER, RESNET, SPECTRUM, RESPONSE, ENERGY);
  }

  @Override
  public List<Model> models() {
    List<Model> models = new ArrayList<>();
    models.add(former("max_former_cifar10", Map.of(), "CIFAR-10 top-1", "97.04 %"));
    models.add(
        former("max_former_cifar100", Map.of("num_classes", "100"), "CIFAR-100 top-1", "82.65 %"));
    models.add(imageNet(384, "77.78 % (T=4)"));
    models.add(imageNet(512, "75.43 % (T=1)"));
    models.add(imageNet(768, "82.39 % (T=4), 78.60 % (T=1)"));
    models.add(event("max_former_cifar10_dvs", 10, "CIFAR10-DVS top-1", "84.2 %"));
    models.add(event("max_former_dvs_gesture", 11, "DVS128-Gesture top-1", "98.6 %"));
    models.add(resNet("max_resnet18_cifar10", 10, "CIFAR-10 top-1", "97.17 %"));
    models.add(resNet("max_resnet18_cifar100", 100, "CIFAR-100 top-1", "83.06 %"));
    Map<String, String> baseline = Map.of("embeds", "orig,1max,1max", "mixers", "qka,qka,ssa");
    models.add(Model.of("ms_qkformer_cifar10", FORMER, config(baseline)));
    models.addAll(miniModels());
    return models;
  }

  @Override
  public List<Model> miniModels() {
    Map<String, String> keys =
        Map.of(
            "embeds", "orig-imagenet,max",
            "mixers", "dwc3,ssa",
            "depths", "1,2",
            "embed_dims", "80",
            "mlp_ratio", "2",
            "T", "2");
    return List.of(
        Model.of("max_former_mini", FORMER, config(keys)),
        Model.of(
            "max_resnet_mini",
            RESNET,
            new MaxResNet.Config(8, List.of(8, 14, 64), List.of(1, 1, 1), 10, 2)));
  }

  @Override
  public List<TokenMixer> tokenMixers() {
    return MixersForOthers.all();
  }

  @Override
  public Study study() {
    return new MaxFormerStudy();
  }

  private static MaxFormerConfig config(Map<String, String> keys) {
    return Configs.with(Configs.defaults(MaxFormerConfig.class), keys, FORMER.name());
  }

  private static Model former(String name, Map<String, String> keys, String data, String accuracy) {
    return new Model(name, FORMER, config(keys), Map.of(data, accuracy));
  }

  private static Model imageNet(int dims, String accuracy) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("embeds", "orig-imagenet,max,max");
    keys.put("mixers", "dwc7,dwc5,ssa");
    keys.put("depths", "1,2,7");
    keys.put("num_heads", String.valueOf(dims / 64));
    keys.put("num_classes", "1000");
    keys.put("embed_dims", String.valueOf(dims));
    return former("max_former_10_" + dims, keys, "ImageNet top-1", accuracy);
  }

  private static Model event(String name, int classes, String data, String accuracy) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("embeds", "max-plus,max");
    keys.put("mixers", "dwc3,ssa");
    keys.put("depths", "1,1");
    keys.put("num_heads", "16");
    keys.put("in_channels", "2");
    keys.put("num_classes", String.valueOf(classes));
    keys.put("embed_dims", "256");
    keys.put("mlp_ratio", "1");
    keys.put("T", "16");
    return former(name, keys, data, accuracy);
  }

  private static Model resNet(String name, int classes, String data, String accuracy) {
    MaxResNet.Config config =
        Configs.with(
            Configs.defaults(MaxResNet.Config.class),
            Map.of("num_classes", String.valueOf(classes)),
            RESNET.name());
    return new Model(name, RESNET, config, Map.of(data, accuracy));
  }
}
