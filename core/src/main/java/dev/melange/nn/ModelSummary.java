package dev.melange.nn;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a model with what they made, hold and compute in one forward pass.
 *
 * @param layers the model itself first, then its layers in order of registration, parents before
 *     children; layers without parameters that did not run are left out
 */
public record ModelSummary(List<Row> layers) {
  /**
   * A layer. Numbers include those of the layers below it.
   *
   * @param path full name, empty for the model itself
   * @param depth 0 for the model itself, 1 for its children, ...
   * @param type the simple name of its class
   * @param output shape of its latest result that could be seen; empty if none was
   * @param parameters number of trainable numbers
   * @param macs multiply-accumulate operations, see {@link Macs}
   */
  public record Row(
      String path, int depth, String type, List<Long> output, long parameters, long macs) {}

  /** Copies the list. */
  public ModelSummary {
    layers = List.copyOf(layers);
  }

  /**
   * Runs a forward pass and observes it. Operations on other threads are not seen.
   *
   * @param model the model; its mode is left as it is
   * @param forward runs the model once; gradients are not recorded
   */
  public static ModelSummary of(Layer model, Runnable forward) {
    SummaryTracer tracer = new SummaryTracer(model);
    try (var guard = Autograd.noGrad();
        Scope scope = Scope.open()) {
      OperationListener.during(
          tracer,
          () -> {
            forward.run();
            return null;
          });
    }
    List<Row> rows = new ArrayList<>();
    collect(tracer.finish(), rows);
    return new ModelSummary(rows);
  }

  private static void collect(SummaryTracer.Node node, List<Row> rows) {
    long parameters = node.layer.parameterCount();
    if (node.parent == null || parameters > 0 || node.output != null) {
      List<Long> output = new ArrayList<>();
      if (node.output != null) {
        for (long size : node.output) {
          output.add(size);
        }
      }
      String type = node.layer.getClass().getSimpleName();
      rows.add(
          new Row(
              node.path,
              node.depth,
              type.isEmpty() ? node.layer.getClass().getSuperclass().getSimpleName() : type,
              List.copyOf(output),
              parameters,
              node.macs));
    }
    node.children.forEach(child -> collect(child, rows));
  }

  /** Number of trainable numbers of the whole model. */
  public long parameters() {
    return layers.get(0).parameters();
  }

  /** Multiply-accumulate operations of the whole forward pass. */
  public long macs() {
    return layers.get(0).macs();
  }
}
