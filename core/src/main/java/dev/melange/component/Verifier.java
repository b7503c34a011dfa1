package dev.melange.component;

import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares components with golden files: builds the component from its name and configuration,
 * loads the weights (every name must match, both ways), runs the inputs, and compares outputs and
 * gradients tensor by tensor, {@code max|a - b| <= rtol * max(1e-6, max|b|)}, in the file's type.
 */
public final class Verifier {
  /** How a file fared. */
  public enum Status {
    /** All tensors agree. */
    PASSED,
    /** Some tensor differs, a name does not match, or the component failed. */
    FAILED,
    /** No component of that name is registered. */
    NOT_IMPLEMENTED
  }

  /**
   * The result for one file.
   *
   * @param path the file
   * @param component the component's name
   * @param status how it fared
   * @param compared number of tensors compared
   * @param worst the tensor with the largest error; null if none was compared
   * @param error its error, {@code max|a - b| / max(1e-6, max|b|)}
   * @param rtol what was allowed
   * @param problem why it failed; null if it did not
   */
  public record Result(
      Path path,
      String component,
      Status status,
      int compared,
      String worst,
      double error,
      double rtol,
      String problem) {}

  private static final double FLOOR = 1e-6;

  private final Components components;

  /** A verifier of the given components. */
  public Verifier(Components components) {
    this.components = components;
  }

  /**
   * Verifies one file.
   *
   * @throws IOException if the file cannot be read or is not a golden file
   */
  public Result verify(Path path) throws IOException {
    String name = Golden.componentOf(path);
    if (name != null && !components.contains(name)) {
      return new Result(
          path, name, Status.NOT_IMPLEMENTED, 0, null, 0, 0, "no such component is registered");
    }
    try (Scope scope = Scope.open()) {
      Golden golden = Golden.read(path);
      Comparison comparison = new Comparison(golden.rtol());
      try {
        run(golden, comparison);
      } catch (IllegalArgumentException | IllegalStateException e) {
        return comparison.result(golden, e.getMessage());
      } catch (RuntimeException e) { // a component that breaks must not hide how others fare
        return comparison.result(golden, unexpected(e));
      }
      return comparison.result(golden, null);
    }
  }

  private static String unexpected(RuntimeException e) {
    String place =
        Arrays.stream(e.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("dev.melange."))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return "internal error: %s%s; its inputs or its configuration do not suit the component"
        .formatted(e, place);
  }

  private void run(Golden golden, Comparison comparison) {
    Component component = components.get(golden.component(), golden.config());
    Map<String, Tensor> weights = golden.part("weight/");
    Component.Built built = component.build(golden.config(), weights, new Rng(0));
    try (Layer layer = built.layer()) {
      Map<String, Tensor> inputs = golden.part("input/");
      Map<String, Tensor> probes = golden.part("probe/");
      Map<String, Tensor> expectedGradients = golden.part("grad/");
      DType type = floatingType(golden);
      layer.to(type);
      layer.load(weights);
      layer.train(golden.training());
      boolean gradients = !probes.isEmpty();
      if (gradients) {
        inputs.replaceAll(
            (name, tensor) ->
                tensor.dtype().isFloating() ? tensor.detach().requiresGrad_(true) : tensor);
      }
      Map<String, Tensor> outputs =
          new Rng(0).run(() -> built.run(new Inputs(inputs, golden.training())));
      compareNames("output", golden.part("output/").keySet(), outputs.keySet(), comparison);
      golden
          .part("output/")
          .forEach((name, expected) -> comparison.add(name, outputs.get(name), expected));
      if (gradients) {
        compareGradients(layer, inputs, outputs, probes, expectedGradients, comparison);
      }
    }
  }

  private static DType floatingType(Golden golden) {
    return golden.tensors().values().stream()
        .map(Tensor::dtype)
        .filter(DType::isFloating)
        .findFirst()
        .orElse(DType.F64);
  }

  private static void compareNames(
      String what, Set<String> expected, Set<String> actual, Comparison comparison) {
    Set<String> missing = new TreeSet<>(expected);
    missing.removeAll(actual);
    if (!missing.isEmpty()) {
      comparison.problem("%s missing: %s (computed: %s)".formatted(what, missing, actual));
    }
  }

  /** Gradients of {@code sum over probed outputs of sum(output * probe)}. */
  private static void compareGradients(
      Layer layer,
      Map<String, Tensor> inputs,
      Map<String, Tensor> outputs,
      Map<String, Tensor> probes,
      Map<String, Tensor> expected,
      Comparison comparison) {
    List<Tensor> probed = new ArrayList<>();
    List<Tensor> vectors = new ArrayList<>();
    probes.forEach(
        (name, probe) -> {
          Tensor output = outputs.get(name);
          if (output == null) {
            comparison.problem("probe for an output that does not exist: " + name);
          } else if (output.requiresGrad()) {
            probed.add(output);
            vectors.add(probe.to(output.dtype()).reshape(output.shape()));
          }
        });
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    layer
        .state()
        .forEach(
            (name, tensor) -> {
              if (tensor.requiresGrad()) {
                leaves.put("weight/" + name, tensor);
              }
            });
    inputs.forEach(
        (name, tensor) -> {
          if (tensor.requiresGrad()) {
            leaves.put("input/" + name, tensor);
          }
        });
    Tensor[] actual =
        probed.isEmpty() || leaves.isEmpty()
            ? new Tensor[leaves.size()]
            : Autograd.grad(
                probed.toArray(Tensor[]::new),
                vectors.toArray(Tensor[]::new),
                leaves.values().toArray(Tensor[]::new),
                false);
    int i = 0;
    for (Map.Entry<String, Tensor> leaf : leaves.entrySet()) {
      Tensor gradient = actual[i++];
      Tensor wanted = expected.get(leaf.getKey());
      if (wanted != null) {
        comparison.add(
            "grad/" + leaf.getKey(),
            gradient == null ? leaf.getValue().zerosLike() : gradient,
            wanted);
      }
    }
    Set<String> uncovered = new TreeSet<>(expected.keySet());
    uncovered.removeAll(leaves.keySet());
    if (!uncovered.isEmpty()) {
      comparison.problem("gradients expected of tensors that carry none: " + uncovered);
    }
  }

  /** Collects the worst error of one file. */
  private static final class Comparison {
    private final double rtol;
    private final List<String> problems = new ArrayList<>();
    private int compared;
    private String worst;
    private double worstError = -1;

    Comparison(double rtol) {
      this.rtol = rtol;
    }

    void problem(String text) {
      problems.add(text);
    }

    void add(String name, Tensor actual, Tensor expected) {
      if (actual == null) {
        return; // reported by name already
      }
      compared++;
      if (!Arrays.equals(actual.shape(), expected.shape())) {
        problem(
            "%s has shape %s, expected %s"
                .formatted(
                    name, Arrays.toString(actual.shape()), Arrays.toString(expected.shape())));
        return;
      }
      double error = expected.numel() == 0 ? 0 : error(actual, expected);
      // a NaN error is the worst of all
      if (!(error <= worstError)) {
        worst = name;
        worstError = error;
      }
      if (!(error <= rtol)) {
        problem("%s differs by %.3g (allowed %.3g)".formatted(name, error, rtol));
      }
    }

    private static double error(Tensor actual, Tensor expected) {
      return Autograd.noGrad(
          () -> {
            Tensor a = actual.detach().to(DType.F64);
            Tensor b = expected.detach().to(DType.F64);
            // equal infinities and NaNs agree
            Tensor same = a.eq(b).or(a.isNan().and(b.isNan()));
            Tensor difference = Tensor.where(same, a.zerosLike(), a.sub(b).abs().to(DType.F64));
            Tensor finite = b.abs().maskedFill(b.isFinite().logicalNot(), 0.0);
            return difference.max().item() / Math.max(FLOOR, finite.max().item());
          });
    }

    Result result(Golden golden, String failure) {
      if (failure != null) {
        problems.add(0, failure);
      }
      if (problems.isEmpty() && compared == 0) {
        problems.add("the file holds no outputs to compare");
      }
      return new Result(
          golden.path(),
          golden.component(),
          problems.isEmpty() ? Status.PASSED : Status.FAILED,
          compared,
          worst,
          Math.max(0, worstError),
          rtol,
          problems.isEmpty() ? null : String.join("; ", problems));
    }
  }
}
