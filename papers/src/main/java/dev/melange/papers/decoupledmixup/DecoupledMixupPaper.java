package dev.melange.papers.decoupledmixup;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.component.Outputs;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Study;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Decoupled mixup (Harnessing Hard Mixed Samples with Decoupled Regularizer, 2022). */
public final class DecoupledMixupPaper implements Paper {
  @Override
  public String key() {
    return "decoupled-mixup";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "loss/decoupled-mixup", DecoupledMixupConfig.class, DecoupledMixupPaper::decoupled),
        Component.function(
            "loss/decoupled-mixup-k",
            KFoldDecoupledMixup.Config.class,
            (config, in) ->
                Map.of(
                    "loss", KFoldDecoupledMixup.loss(config, in.get("logits"), in.get("target")))),
        Component.function("loss/pgc", GroupContrast.Config.class, DecoupledMixupPaper::contrast),
        Component.function("loss/dmixmatch", DMixMatch.Config.class, DMixMatch::losses));
  }

  @Override
  public Study study() {
    return new DecoupledStudy();
  }

  private static Map<String, Tensor> decoupled(DecoupledMixupConfig config, Inputs in) {
    Tensor logits = in.get("logits");
    Tensor a = in.get("labels_a");
    Tensor b = in.get("labels_b");
    double lam = in.get("lam").item();
    Outputs outputs = new Outputs();
    outputs.put("loss", DecoupledMixup.loss(config, logits, a, b, lam, in.optional("weight")));
    if (config.official()) {
      outputs.put("acc", DecoupledMixup.accuracy(logits, a));
      outputs.put("acc_mix", DecoupledMixup.mixedAccuracy(logits, a, b, lam));
    }
    return outputs.map();
  }

  private static Map<String, Tensor> contrast(GroupContrast.Config config, Inputs in) {
    Tensor q = in.get("q", -1, -1);
    GroupContrast.Step step =
        GroupContrast.step(
            config,
            q,
            in.get("k", q.size(0), q.size(1)),
            in.get("queue"),
            in.get("queue_ptr", config.num_classes()),
            in.get("labels", q.size(0)));
    return new Outputs()
        .put("log_prob", step.logProb())
        .put("loss", step.loss())
        .put("queue", step.queue())
        .put("queue_ptr", step.pointers())
        .map();
  }
}
