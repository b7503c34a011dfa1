package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.papers.fields.FieldFit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code fit-signal} was asked to do: with the same data it gives the same field.
 *
 * @param data file or folder
 * @param sha256 of its contents
 * @param columns of a CSV file; empty for all
 * @param model name of the network
 * @param set changed keys of its configuration
 * @param fresh whether FreSh chooses the frequency setting
 * @param candidates that FreSh compares; empty for the model's
 * @param psnr what the compact field must reach, in dB; null for next to no loss
 * @param options of the training
 */
record SignalFit(
    String data,
    String sha256,
    List<String> columns,
    String model,
    Map<String, String> set,
    boolean fresh,
    List<Double> candidates,
    @Default("null") Double psnr,
    FieldFit.Options options) {
  /** Copies the collections and checks the values. */
  SignalFit {
    columns = List.copyOf(columns);
    candidates = List.copyOf(candidates);
    set = new LinkedHashMap<>(set);
    if (!candidates.isEmpty() && !fresh) {
      throw new IllegalArgumentException("--candidates is for --fresh; give both or none");
    }
    if (psnr != null && !(psnr > 0)) {
      throw new IllegalArgumentException("--psnr is in dB and positive, got " + psnr);
    }
  }

  ObjectNode toJson() {
    return Configs.toJson(this);
  }
}
