package dev.melange.papers.mambamixer;

import dev.melange.component.Component;
import dev.melange.component.Inputs;
import dev.melange.papers.Method;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** MambaMixer (Behrouz, Santacatterina, Zabih, 2024): its layers and models. */
public final class MambaMixerPaper implements Method {
  @Override
  public String key() {
    return "mamba-mixer";
  }

  @Override
  public List<Component> components() {
    return List.of(
        Component.function(
            "layer/selective-scan", SelectiveScan.Config.class, MambaMixerPaper::scan));
  }

  private static Map<String, Tensor> scan(SelectiveScan.Config config, Inputs in) {
    SelectiveScan.Result result =
        SelectiveScan.run(
            new SelectiveScan.Arguments(
                in.get("u"),
                in.get("delta"),
                in.get("A"),
                in.get("B"),
                in.get("C"),
                in.optional("D"),
                in.optional("z"),
                in.optional("delta_bias"),
                config.delta_softplus()));
    return Map.of("out", result.out(), "last_state", result.lastState());
  }
}
