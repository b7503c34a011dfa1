package dev.melange.tensor;

import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;

/**
 * An operator of libtorch called by name, for those that have no method here (private ones start
 * with an underscore).
 *
 * <p>Arguments are tensors, {@code Tensor[]}, numbers, booleans, strings or null, in the order of
 * the operator's schema, keyword arguments included: all of them, defaults are not filled in.
 */
public final class Operator {
  private final String name;
  private final OperatorHandle handle;

  private Operator(String name, OperatorHandle handle) {
    this.name = name;
    this.handle = handle;
  }

  /**
   * Looks an operator up.
   *
   * @param name for instance {@code aten::_fused_adamw_}
   * @param overload usually empty
   * @throws IllegalArgumentException if this build of libtorch does not have it
   */
  public static Operator find(String name, String overload) {
    Native.load();
    return new Operator(
        name, Native.call(name, () -> Dispatcher.singleton().findSchemaOrThrow(name, overload)));
  }

  /** Calls the operator and returns its tensors (none for operators without results). */
  public Tensor[] call(Object... arguments) {
    try (IValueVector stack = new IValueVector()) {
      for (Object argument : arguments) {
        try (IValue value = value(argument)) {
          stack.push_back(value);
        }
      }
      Native.call(
          name,
          () -> {
            handle.callBoxed(stack);
            return null;
          },
          Arrays.stream(arguments)
              .flatMap(a -> a instanceof Tensor[] list ? Arrays.stream(list) : Stream.of(a))
              .filter(Tensor.class::isInstance)
              .map(Tensor.class::cast)
              .toArray(Tensor[]::new));
      Tensor[] results = new Tensor[Math.toIntExact(stack.size())];
      for (int i = 0; i < results.length; i++) {
        try (IValue value = stack.get(i)) {
          // toTensor() is a reference into the stack: copy the handle, it outlives the stack
          results[i] =
              value.isTensor()
                  ? new Tensor(new org.bytedeco.pytorch.Tensor(value.toTensor()))
                  : null;
        }
      }
      return results;
    }
  }

  private static IValue value(Object argument) {
    if (argument == null) {
      return new IValue();
    } else if (argument instanceof Tensor tensor) {
      return new IValue(tensor.raw());
    } else if (argument instanceof Tensor[] list) {
      return list(list);
    } else if (argument instanceof Double || argument instanceof Float) {
      return new IValue(((Number) argument).doubleValue());
    } else if (argument instanceof Integer || argument instanceof Long) {
      return new IValue(((Number) argument).longValue());
    } else if (argument instanceof Boolean flag) {
      return new IValue(flag.booleanValue());
    } else if (argument instanceof String text) {
      return new IValue(text);
    }
    throw new IllegalArgumentException("no native form for " + argument.getClass());
  }

  // A list made in Java aborts the process (its reference count is wrong), so one that an operator
  // returned is emptied and filled.
  private static IValue list(Tensor[] tensors) {
    try (OperatorHandle split = Dispatcher.singleton().findSchemaOrThrow("aten::chunk", "");
        IValueVector stack = new IValueVector();
        org.bytedeco.pytorch.Tensor source = torch.zeros(1);
        IValue tensor = new IValue(source);
        IValue one = new IValue(1L);
        IValue dim = new IValue(0L)) {
      stack.push_back(tensor).push_back(one).push_back(dim);
      split.callBoxed(stack);
      try (IValue result = stack.get(0);
          TensorList elements = result.toTensorList()) {
        elements.clear();
        for (Tensor element : tensors) {
          elements.push_back(element.raw());
        }
        return new IValue(result);
      }
    }
  }
}
