package dev.melange.tensor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Decides when native memory is freed. A tensor belongs to the innermost open scope of the thread
 * that made it, and dies with it.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor y = x.matmul(w).add(b).gelu();   // three tensors, all freed at the closing brace
 *   loss = y.mean().item();                 // a Java number escapes
 * }
 *
 * Tensor y = Scope.run(() -> x.matmul(w).add(b).gelu());  // the returned tensor escapes to the
 *                                                         // scope around, the two others are freed
 * }</pre>
 *
 * Scopes nest and are bound to their thread; tensors may be used by any thread while their scope is
 * open. Without an open scope a tensor lives until {@link Tensor#close()}; a cleaner is the last
 * resort. Closing a handle frees the memory once nothing else refers to it: the graph of a pending
 * backward pass keeps what it needs.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

  private final Scope parent;
  private final Thread thread = Thread.currentThread();
  private final ArrayList<Tensor> owned = new ArrayList<>();
  private boolean closed;

  private Scope(Scope parent) {
    this.parent = parent;
  }

  /** Opens a scope inside the current one of this thread. */
  public static Scope open() {
    Scope scope = new Scope(CURRENT.get());
    CURRENT.set(scope);
    return scope;
  }

  /** The innermost open scope of this thread, or null. */
  static Scope current() {
    return CURRENT.get();
  }

  /**
   * Runs the body in a scope of its own and frees all tensors that it made except those in its
   * result, which go to the scope around. Tensors are found in a result that is a tensor, an array,
   * a collection, a map's values, a record's components, or any nesting of these.
   */
  public static <T> T run(Supplier<T> body) {
    try (Scope scope = open()) {
      T result = body.get();
      scope.forEachTensor(result, scope::keep);
      return result;
    }
  }

  /**
   * Applies a function in a scope of its own and then also frees its argument, unless that belongs
   * to another scope than the current one or is the result.
   */
  public static Tensor replace(Tensor used, UnaryOperator<Tensor> function) {
    Tensor result = run(() -> function.apply(used));
    if (used != result && used.owner() != null && used.owner() == CURRENT.get()) {
      used.close();
    }
    return result;
  }

  /** Runs the body in a scope of its own and frees all tensors that it made. */
  public static void run(Runnable body) {
    try (Scope scope = open()) {
      body.run();
    }
  }

  /**
   * Hands a tensor of this scope to the scope around (or to nobody: then its holder closes it).
   *
   * @return the same tensor
   */
  public Tensor keep(Tensor tensor) {
    if (tensor != null && tensor.owner() == this) {
      if (parent == null) {
        tensor.disown();
      } else {
        parent.add(tensor);
      }
    }
    return tensor;
  }

  /**
   * Runs the body in a scope of its own that belongs to nobody around; the tensors of the result
   * that the body made are added to {@code escaped} and belong to whoever reads that list.
   */
  static <T> T runDetached(Supplier<T> body, List<Tensor> escaped) {
    try (Scope scope = open()) {
      T result = body.get();
      scope.forEachTensor(
          result,
          tensor -> {
            if (tensor.owner() == scope) {
              escaped.add(tensor.disown());
            }
          });
      return result;
    }
  }

  /** Makes tensors that belong to nobody this thread's, as if they had been made here. */
  static void adopt(List<Tensor> tensors) {
    Scope scope = current();
    if (scope != null) {
      tensors.forEach(scope::add);
    }
  }

  private void forEachTensor(Object value, Consumer<Tensor> action) {
    if (value instanceof Tensor tensor) {
      action.accept(tensor);
    } else if (value instanceof Object[] array) {
      for (Object element : array) {
        forEachTensor(element, action);
      }
    } else if (value instanceof Collection<?> collection) {
      collection.forEach(element -> forEachTensor(element, action));
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(element -> forEachTensor(element, action));
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        try {
          component.getAccessor().setAccessible(true);
          forEachTensor(component.getAccessor().invoke(value), action);
        } catch (IllegalAccessException | InvocationTargetException e) {
          throw new IllegalStateException("cannot read " + component + " of a scope's result", e);
        }
      }
    }
  }

  void add(Tensor tensor) {
    checkOpen();
    tensor.own(this);
    owned.add(tensor);
  }

  /** Takes all open tensors of this scope out of it: they belong to the caller. */
  List<Tensor> disownAll() {
    List<Tensor> tensors = new ArrayList<>();
    for (Tensor tensor : owned) {
      if (tensor.owner() == this && !tensor.isClosed()) {
        tensors.add(tensor.disown());
      }
    }
    return tensors;
  }

  /** Forgets the newest tensors if they were closed by hand, so that a long scope does not grow. */
  void forgetClosed() {
    if (thread == Thread.currentThread() && !closed) {
      for (int i = owned.size() - 1; i >= 0 && owned.get(i).isClosed(); i--) {
        owned.remove(i);
      }
    }
  }

  /** How many tensors this scope remembers, handed on ones included. */
  int size() {
    return owned.size();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  /** Frees what belongs to this scope. Scopes close in the reverse order of opening. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (thread != Thread.currentThread() || CURRENT.get() != this) {
      throw new IllegalStateException(
          "scopes close in the reverse order of opening, on the thread that opened them");
    }
    closed = true;
    if (parent == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(parent);
    }
    for (int i = owned.size() - 1; i >= 0; i--) {
      Tensor tensor = owned.get(i);
      if (tensor.owner() == this) {
        tensor.close();
      }
    }
    owned.clear();
    CustomGradient.sweepThread();
  }
}
