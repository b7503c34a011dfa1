package dev.melange.tensor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;

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
  private final ArrayList<AutoCloseable> owned = new ArrayList<>();
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
      scope.keepAll(result);
      return result;
    }
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

  private void keepAll(Object value) {
    if (value instanceof Tensor tensor) {
      keep(tensor);
    } else if (value instanceof Object[] array) {
      for (Object element : array) {
        keepAll(element);
      }
    } else if (value instanceof Collection<?> collection) {
      collection.forEach(this::keepAll);
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(this::keepAll);
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        try {
          component.getAccessor().setAccessible(true);
          keepAll(component.getAccessor().invoke(value));
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

  /** Lets the innermost scope close a native object that is not a tensor. */
  static void adopt(Pointer pointer) {
    Scope scope = current();
    if (scope != null) {
      scope.checkOpen();
      scope.owned.add(pointer);
    }
  }

  /** Lets the outermost scope of this thread close the object: it may serve a graph until then. */
  static void adoptOutermost(AutoCloseable object) {
    Scope scope = current();
    if (scope == null) {
      throw new IllegalStateException(
          "a custom gradient needs an open scope: wrap forward and backward in Scope.run");
    }
    while (scope.parent != null) {
      scope = scope.parent;
    }
    scope.owned.add(object);
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
      AutoCloseable object = owned.get(i);
      if (object instanceof Tensor tensor) {
        if (tensor.owner() == this) {
          tensor.close();
        }
      } else if (object instanceof Pointer pointer) {
        pointer.close();
      } else {
        closeQuietly(object);
      }
    }
    owned.clear();
  }

  private static void closeQuietly(AutoCloseable object) {
    try {
      object.close();
    } catch (Exception e) {
      throw new IllegalStateException("closing " + object + " failed", e);
    }
  }
}
