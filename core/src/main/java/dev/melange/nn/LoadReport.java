package dev.melange.nn;

import java.util.List;

/**
 * What happened when weights were matched with a layer.
 *
 * @param loaded names present in both with the same shape, in the end
 * @param fitted those of them whose stored weights had another shape and were made to fit
 * @param missing names of the layer that the weights lack
 * @param unexpected names in the weights that the layer lacks
 * @param misshaped one sentence per name whose shapes differ
 */
public record LoadReport(
    List<String> loaded,
    List<String> fitted,
    List<String> missing,
    List<String> unexpected,
    List<String> misshaped) {
  private static final int SHOWN = 8;

  /** Copies the lists. */
  public LoadReport {
    loaded = List.copyOf(loaded);
    fitted = List.copyOf(fitted);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    misshaped = List.copyOf(misshaped);
  }

  /** Whether every name matched, both ways. */
  public boolean isExact() {
    return missing.isEmpty() && unexpected.isEmpty() && misshaped.isEmpty();
  }

  /** One message that lists all differences. */
  public String message(String layer) {
    StringBuilder text = new StringBuilder("the weights do not fit ").append(layer);
    append(text, "missing", missing);
    append(text, "unexpected", unexpected);
    append(text, "of another shape", misshaped);
    return text.toString();
  }

  private static void append(StringBuilder text, String what, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    text.append("; ").append(names.size()).append(' ').append(what).append(": ");
    text.append(String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))));
    if (names.size() > SHOWN) {
      text.append(", ...");
    }
  }
}
