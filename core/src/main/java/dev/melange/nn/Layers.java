package dev.melange.nn;

import java.util.Iterator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A list of layers named 0, 1, 2, ...
 *
 * @param <L> the type of the elements
 */
public final class Layers<L extends Layer> extends Layer implements Iterable<L> {
  private final List<L> list;

  /** A list of the given layers. */
  public Layers(List<? extends L> layers) {
    list = List.copyOf(layers);
    for (int i = 0; i < list.size(); i++) {
      child(String.valueOf(i), list.get(i));
    }
  }

  /** A list of n layers made one after the other. */
  public static <L extends Layer> Layers<L> of(int n, IntFunction<L> maker) {
    return new Layers<>(IntStream.range(0, n).mapToObj(maker).toList());
  }

  /** The layer at a position. */
  public L get(int i) {
    return list.get(i);
  }

  /** Number of layers. */
  public int size() {
    return list.size();
  }

  @Override
  public Iterator<L> iterator() {
    return list.iterator();
  }
}
