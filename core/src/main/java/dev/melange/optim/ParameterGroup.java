package dev.melange.optim;

import dev.melange.nn.Layer;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Parameters that are updated with the same learning rate and weight decay.
 *
 * @param name for messages, such as {@code decay}
 * @param parameters tensors by full name, in the order they take in the optimiser's flat vector
 * @param learningRateScale factor of the schedule's learning rate for this group, 1 for none;
 *     fine-tuning gives lower layers smaller ones
 * @param weightDecay how strongly the weights are pulled to zero; what it is multiplied with is the
 *     optimiser's affair
 */
public record ParameterGroup(
    String name, Map<String, Tensor> parameters, double learningRateScale, double weightDecay) {

  /** Checks the values and copies the map in its order. */
  public ParameterGroup {
    if (!(learningRateScale >= 0 && Double.isFinite(learningRateScale))) {
      throw new IllegalArgumentException(
          "parameter group %s: learningRateScale must be finite and not negative, got %s"
              .formatted(name, learningRateScale));
    }
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException(
          "parameter group %s: weightDecay must be finite and not negative, got %s"
              .formatted(name, weightDecay));
    }
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * One group named {@code all} of the model's trainable parameters.
   *
   * @param model frozen parameters are left out
   * @param weightDecay for all of them, biases included
   * @return one group, or none if everything is frozen
   */
  public static List<ParameterGroup> all(Layer model, double weightDecay) {
    return nonEmpty(new ParameterGroup("all", trainable(model), 1, weightDecay));
  }

  /**
   * Two groups, {@code decay} and {@code no_decay}: biases, scales of normalisations and all other
   * tensors of at most one dimension do not decay, nor do parameters whose name the predicate
   * accepts (a position embedding, a class token). Empty groups are left out.
   *
   * @param model frozen parameters are left out
   * @param weightDecay for the group {@code decay}
   * @param alsoNoDecay full names that do not decay whatever their shape
   */
  public static List<ParameterGroup> noDecayOnVectors(
      Layer model, double weightDecay, Predicate<String> alsoNoDecay) {
    Map<String, Tensor> decay = new LinkedHashMap<>();
    Map<String, Tensor> noDecay = new LinkedHashMap<>();
    trainable(model)
        .forEach(
            (name, tensor) ->
                (tensor.dim() <= 1 || alsoNoDecay.test(name) ? noDecay : decay).put(name, tensor));
    return nonEmpty(
        new ParameterGroup("decay", decay, 1, weightDecay),
        new ParameterGroup("no_decay", noDecay, 1, 0));
  }

  private static Map<String, Tensor> trainable(Layer model) {
    Map<String, Tensor> trainable = new LinkedHashMap<>(model.parameters());
    trainable.values().removeIf(tensor -> !tensor.requiresGrad());
    return trainable;
  }

  private static List<ParameterGroup> nonEmpty(ParameterGroup... groups) {
    List<ParameterGroup> result = new ArrayList<>(List.of(groups));
    result.removeIf(group -> group.parameters().isEmpty());
    return List.copyOf(result);
  }
}
