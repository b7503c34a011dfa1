package dev.melange.papers.gpt;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** GPT-2 style language models, the base of the interpretability methods. */
public final class GptPaper implements Method {
  private static final Component GPT =
      Component.of("language/gpt", GptConfig.class, Gpt::new, GptPaper::run)
          .withExample(
              GptConfig.class,
              config ->
                  Map.of(
                      "input_ids", Tensor.zeros(DType.I64, Device.CPU, 1, config.n_positions())));
  private static final Component FOLD =
      Component.of("interpret/fold-gpt", GptConfig.class, Gpt::new, GptPaper::fold);

  private static Map<String, Tensor> run(Gpt model, Inputs in) {
    Tensor ids = in.get("input_ids");
    Hooks hooks = Hooks.caching();
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    Tensor logits = model.forward(ids, hooks);
    outputs.put("logits", logits);
    outputs.put("loss", Gpt.loss(logits, ids));
    outputs.putAll(hooks.cache());
    return outputs;
  }

  private static Map<String, Tensor> fold(Gpt model, Inputs in) {
    FoldedGpt folded = new FoldedGpt(model);
    Map<String, Tensor> outputs = new LinkedHashMap<>(folded.weights());
    outputs.put("log_probs", folded.logProbs(in.get("input_ids")));
    return outputs;
  }

  @Override
  public String key() {
    return "gpt";
  }

  @Override
  public List<Component> components() {
    return List.of(GPT, FOLD);
  }

  @Override
  public List<Model> models() {
    return List.of(
        Model.of("gpt2", GPT, GptConfig.of(50257, 1024, 768, 12, 12)),
        Model.of("gpt2-medium", GPT, GptConfig.of(50257, 1024, 1024, 24, 16)),
        Model.of("gpt2-large", GPT, GptConfig.of(50257, 1024, 1280, 36, 20)),
        Model.of("gpt2-xl", GPT, GptConfig.of(50257, 1024, 1600, 48, 25)),
        Model.of(SmallGpt.NAME, GPT, GptConfig.of(76, 64, 96, 2, 4)),
        Model.of("char-small", GPT, GptConfig.of(65, 128, 128, 4, 4)),
        Model.of("char-medium", GPT, GptConfig.of(65, 128, 192, 4, 6)),
        Model.of("char-large", GPT, GptConfig.of(65, 256, 384, 6, 6)));
  }
}
