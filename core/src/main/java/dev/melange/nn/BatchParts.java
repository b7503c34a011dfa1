package dev.melange.nn;

import java.util.function.Supplier;

/**
 * The parts of one batch, computed side by side, whose batch norms take the statistics of all: each
 * part hands its sums to the others wherever a norm needs them, forwards and backwards, and waits
 * for theirs. Every part must run on a thread of its own, and all must go through the same norms in
 * the same order.
 */
public final class BatchParts {
  private static final ThreadLocal<Part> CURRENT = new ThreadLocal<>();

  private final int count;
  // What the parts hand in, in two rounds in turn: a part can be at most one round ahead.
  private final double[][][] values;
  private final Object[] sources;
  private int arrived;
  private long round;
  private int ended;
  private Throwable failure;

  /**
   * Parts of one batch.
   *
   * @param count how many there are, at least 1
   */
  public BatchParts(int count) {
    this.count = count;
    this.values = new double[2][count][];
    this.sources = new Object[2];
  }

  /**
   * Computes a part on this thread.
   *
   * @param index of the part, from 0
   */
  public <T> T run(int index, Supplier<T> body) {
    CURRENT.set(new Part(this, index));
    try {
      return body.get();
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    } finally {
      CURRENT.remove();
      end();
    }
  }

  /** The part that this thread computes, or null if it computes a whole batch. */
  static Part current() {
    Part part = CURRENT.get();
    return part == null || part.parts.count == 1 ? null : part;
  }

  /** One of the parts. */
  record Part(BatchParts parts, int index) {
    /** Whether it is the first, which does what is done once for all. */
    boolean isFirst() {
      return index == 0;
    }

    /**
     * Hands in this part's values and waits for those of all.
     *
     * @param source the layer that asks; the same one in all parts
     * @return one array per part, in order
     */
    double[][] exchange(Object source, double[] mine) {
      return parts.exchange(index, source, mine);
    }
  }

  private synchronized double[][] exchange(int index, Object source, double[] mine) {
    int slot = (int) (round % 2);
    if (arrived == 0) {
      sources[slot] = source;
    } else if (sources[slot] != source) {
      fail(differ());
    }
    values[slot][index] = mine;
    long current = round;
    if (++arrived == count) {
      arrived = 0;
      round++;
      notifyAll();
    }
    boolean interrupted = false;
    while (round == current && failure == null) {
      if (ended > 0) {
        fail(differ());
        break;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // the others wait for this part: go on, then tell the caller
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      rethrow();
    }
    return values[slot].clone();
  }

  private static IllegalStateException differ() {
    return new IllegalStateException(
        "the parts of a batch went through different batch norms; train with wholeBatch()");
  }

  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    notifyAll();
  }

  private synchronized void end() {
    ended++;
    notifyAll();
  }

  private void rethrow() {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
