package dev.melange.nn;

import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Finds out which layer runs each operation of a forward pass, without the layers' help.
 *
 * <p>An operation on a layer's own tensor (or on what was made of such tensors alone) is that
 * layer's. Any other belongs, by the innermost layer class on the call stack, to the layer around
 * the one that made its latest operand, or to the next layer of that class that has not run. A
 * product without weights, as within attention, counts for the smallest layer that holds both the
 * weights used before it and those used after it.
 */
final class SummaryTracer implements OperationListener {
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** A layer, its place in the tree, and what was seen of it. */
  static final class Node {
    final String path;
    final Layer layer;
    final Node parent; // null for the whole model
    final int depth;
    final List<Node> children = new ArrayList<>();
    long[] output; // shape of its latest result; null if it did not run
    long macs; // those of the layers below included

    Node(String path, Layer layer, Node parent) {
      this.path = path;
      this.layer = layer;
      this.parent = parent;
      this.depth = parent == null ? 0 : parent.depth + 1;
      layer
          .children()
          .forEach(
              (name, child) ->
                  children.add(new Node(path.isEmpty() ? name : path + "." + name, child, this)));
    }
  }

  /** Which layer made a tensor, and as the how-manieth operation. */
  private record Origin(Node node, long time) {}

  private final Node root;
  private final IdentityHashMap<Tensor, Node> owners = new IdentityHashMap<>();
  private final IdentityHashMap<Tensor, Origin> origins = new IdentityHashMap<>();
  private Node latest; // the layer whose weights were used last
  private long pending; // MACs of products without weights since then
  private long time;

  SummaryTracer(Layer model) {
    root = new Node("", model, null);
    latest = root;
    claim(root);
  }

  private void claim(Node node) {
    node.layer.ownTensors().forEach(tensor -> owners.putIfAbsent(tensor, node));
    node.children.forEach(this::claim);
  }

  /** The whole model's node, complete once the forward pass has ended. */
  Node finish() {
    countPending(root);
    return root;
  }

  @Override
  public void ran(String name, Tensor result, Tensor... operands) {
    time++;
    Node owner = null;
    boolean onlyOwned = true;
    for (Tensor operand : operands) {
      if (operand != null) {
        Node holder = owners.get(operand);
        owner = owner == null ? holder : owner;
        onlyOwned &= holder != null;
      }
    }
    if (owner != null && onlyOwned) {
      owners.put(result, owner); // a view of a weight, say
      return;
    }
    long macs = Macs.of(name, result, operands);
    if (owner == null) {
      pending += macs;
      owner = locate(operands);
    } else {
      countPending(owner);
      add(owner, macs);
      latest = owner;
    }
    if (owner != null) {
      origins.put(result, new Origin(owner, time));
      for (Node node = owner; node != null; node = node.parent) {
        node.output = result.shape();
      }
    }
  }

  private void countPending(Node next) {
    Node both = latest;
    while (!contains(both, next)) {
      both = both.parent;
    }
    add(both, pending);
    pending = 0;
  }

  private static boolean contains(Node outer, Node inner) {
    for (Node node = inner; node != null; node = node.parent) {
      if (node == outer) {
        return true;
      }
    }
    return false;
  }

  private static void add(Node node, long macs) {
    for (Node outer = node; outer != null; outer = outer.parent) {
      outer.macs += macs;
    }
  }

  /** The layer that runs an operation without weights; null if that cannot be told. */
  private Node locate(Tensor... operands) {
    Origin newest = null;
    for (Tensor operand : operands) {
      Origin origin = operand == null ? null : origins.get(operand);
      if (origin != null && (newest == null || origin.time > newest.time)) {
        newest = origin;
      }
    }
    Class<?> running = newest == null ? null : runningLayer();
    if (running == null) {
      return null;
    }
    for (Node node = newest.node; node != null; node = node.parent) {
      if (running.isInstance(node.layer)) {
        return node;
      }
      Node next = nextBelow(node, running);
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  private static Node nextBelow(Node node, Class<?> type) {
    for (Node child : node.children) {
      if (child.output == null && type.isInstance(child.layer)) {
        return child;
      }
      Node below = nextBelow(child, type);
      if (below != null) {
        return below;
      }
    }
    return null;
  }

  private static Class<?> runningLayer() {
    return STACK.walk(
        frames ->
            frames
                .<Class<?>>map(StackWalker.StackFrame::getDeclaringClass)
                .filter(type -> type != Layer.class && Layer.class.isAssignableFrom(type))
                .findFirst()
                .orElse(null));
  }
}
