package dev.melange.train;

import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs trained models over data, batch by batch, parts of a batch side by side. */
public final class Inference {
  private Inference() {}

  /**
   * The model's outputs for all examples, in order. Switch the model to inference mode first.
   *
   * @param data batches in order
   * @param forward from a batch to a tensor with the examples as its first dimension
   * @return all outputs, joined along the first dimension, on the CPU, owned by the current scope
   */
  public static Tensor run(Minibatches data, Function<TensorBatch, Tensor> forward) {
    return Autograd.noGrad(
        () -> {
          List<Tensor> outputs = new ArrayList<>();
          try (Minibatches.Epoch batches = data.epoch(0, 0)) {
            while (batches.hasNext()) {
              outputs.add(Scope.run(() -> run(batches.next(), forward)));
            }
          }
          return Tensor.cat(0, outputs.toArray(Tensor[]::new));
        });
  }

  /** The model's outputs for one batch, as {@link #run(Minibatches, Function)}. */
  public static Tensor run(TensorBatch batch, Function<TensorBatch, Tensor> forward) {
    Engine engine = Engine.get();
    return Autograd.noGrad(
        () -> {
          List<Tensor> parts =
              map(
                  batch.to(engine.device()),
                  engine.workers(),
                  part -> engine.withPrecision(() -> forward.apply(part)));
          return Tensor.cat(0, parts.toArray(Tensor[]::new)).to(dev.melange.tensor.Device.CPU);
        });
  }

  /** Applies a function to the parts of a batch on the workers; one part runs on this thread. */
  static <T> List<T> map(TensorBatch batch, int parts, Function<TensorBatch, T> function) {
    List<TensorBatch> split = batch.split(parts);
    if (split.size() == 1) {
      return List.of(function.apply(batch));
    }
    List<Supplier<T>> tasks = new ArrayList<>();
    for (TensorBatch part : split) {
      tasks.add(() -> function.apply(part));
    }
    return Engine.get().parallel(tasks);
  }
}
