package dev.melange.papers;

import dev.melange.nn.ImageModel;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which parameters of a classifier that was trained before learn how fast: all alike, the body more
 * slowly than the new classifier, or the classifier alone (a linear probe).
 *
 * @param bodyRate factor of the learning rate for all but the classifier, 0 to 1; with 0 the body
 *     is frozen
 */
public record FineTuning(double bodyRate) {
  /** The classifier alone is trained. */
  public static final FineTuning LINEAR_PROBE = new FineTuning(0);

  /** All parameters are trained at the same rate. */
  public static final FineTuning WHOLE = new FineTuning(1);

  /** Checks the factor. */
  public FineTuning {
    if (!(bodyRate >= 0 && bodyRate <= 1)) {
      throw new IllegalArgumentException("the body's rate must be in [0, 1], got " + bodyRate);
    }
  }

  /**
   * The groups for an optimiser. Parameters that are not to be trained are frozen, the others are
   * not.
   *
   * @param model a model with a classifier
   * @param weightDecay for tensors of more than one dimension
   * @return the groups that have parameters
   * @throws IllegalArgumentException if the model has no classifier
   */
  public List<ParameterGroup> groups(ImageModel model, double weightDecay) {
    Set<String> head = model.classifierParameters();
    if (head.isEmpty()) {
      throw new IllegalArgumentException(
          "fine-tuning needs a model with a classifier, this one has none");
    }
    model.freeze(false);
    List<ParameterGroup> groups = new ArrayList<>();
    add(groups, model, "classifier", head, true, 1, weightDecay);
    if (bodyRate > 0) {
      add(groups, model, "body", head, false, bodyRate, weightDecay);
    } else {
      model.parameters().forEach((name, tensor) -> tensor.requiresGrad_(head.contains(name)));
    }
    return groups;
  }

  private static void add(
      List<ParameterGroup> groups,
      ImageModel model,
      String name,
      Set<String> head,
      boolean ofHead,
      double rate,
      double weightDecay) {
    for (boolean decays : new boolean[] {true, false}) {
      Map<String, Tensor> chosen = new LinkedHashMap<>(model.parameters());
      chosen
          .entrySet()
          .removeIf(
              entry ->
                  head.contains(entry.getKey()) != ofHead
                      || (entry.getValue().dim() > 1) != decays);
      if (!chosen.isEmpty()) {
        groups.add(
            new ParameterGroup(
                decays ? name : name + "_no_decay", chosen, rate, decays ? weightDecay : 0));
      }
    }
  }
}
