package dev.melange.papers.hardnegativemixing;

import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What MoCo trains: the query encoder, the key encoder that follows it, and the queue of earlier
 * keys. All of it is saved with the weights, so that training resumes exactly.
 *
 * @param <E> kind of encoder
 */
public final class MocoModel<E extends Layer & ContrastiveEncoder> extends Layer {
  private static final long KEYS = 1;
  // of the counts
  private static final int QUERIES = 0;
  private static final int HITS = 1;
  private static final int HITS_REAL = 2;
  private static final int HARD = 3;
  private static final int HARD_FALSE = 4;
  private static final int MIXED = 5;
  private static final int MIXED_FALSE = 6;
  private static final int COUNTS = 7;

  private final E query;
  private final E key;
  private final Tensor queue; // [dim, K]
  private final Tensor queueLabels; // [K]
  private final Tensor pointer; // [1]
  private final Tensor counts; // [COUNTS]
  // the queue that the step's losses see, while the new keys are in the other already
  private final Tensor seen;
  private final Tensor seenLabels;

  /**
   * A model whose queue holds random unit vectors.
   *
   * @param encoder makes an encoder; called twice
   * @param dim width of the embeddings
   * @param capacity K, number of keys in the queue
   */
  public MocoModel(Supplier<E> encoder, int dim, int capacity, Rng rng) {
    if (capacity < 1) {
      throw new IllegalArgumentException("the queue holds 1 key or more, got " + capacity);
    }
    query = child("query", encoder.get());
    key = child("key", encoder.get());
    try (Scope scope = Scope.open()) {
      key.load(query.state());
      key.freeze(true);
      queue = buffer("queue", UnitVectors.of(rng.normal(capacity, dim)).t().contiguous());
      queueLabels = buffer("queue_labels", Tensor.full(-1, capacity).to(DType.I64));
      pointer = buffer("queue_ptr", Tensor.of(new long[] {0}));
      counts = buffer("counts", Tensor.of(new long[COUNTS]));
      seen = constant("seen", queue.copy());
      seenLabels = constant("seen_labels", queueLabels.copy());
    }
  }

  /** The encoder that is trained. */
  public E query() {
    return query;
  }

  /** The keys, columns of unit length [dim, K]. */
  public Tensor queue() {
    return queue;
  }

  /** The classes of the keys, int64 [K]; -1 where there is none. */
  public Tensor queueLabels() {
    return queueLabels;
  }

  /** The queue as the losses of the present step see it. */
  Tensor seen() {
    return seen;
  }

  /** The classes of {@link #seen()}. */
  Tensor seenLabels() {
    return seenLabels;
  }

  /** Lets the key encoder follow the query encoder. */
  public void follow(MocoUpdate.Config config) {
    MocoUpdate.encoder(config, query, key);
  }

  /**
   * Embeds the second views of a batch, and puts the keys into the queue; the losses of the step
   * see the queue as it was before.
   *
   * @param batch the second views [B, C, H, W] under the given name
   * @param labels their classes, int64 [B]
   * @return the keys, of unit length [B, dim]
   */
  public Tensor enqueue(TensorBatch batch, String name, Tensor labels, Rng rng) {
    Tensor keys = keys(batch, name, rng.fork(KEYS));
    try (var off = Autograd.noGrad()) {
      seen.copy_(queue);
      seenLabels.copy_(queueLabels);
      long at = pointer.itemLong();
      long next = MocoUpdate.enqueue(queue, at, keys);
      Tensor capacity = Tensor.arange(at, at + keys.size(0)).remainder(queue.size(1));
      queueLabels.indexPut_(labels, capacity.to(queueLabels.device()));
      pointer.fill_((double) next);
    }
    return keys;
  }

  private Tensor keys(TensorBatch batch, String name, Rng rng) {
    Engine engine = Engine.get();
    boolean whole = hasBatchStatistics() || engine.device().isCuda();
    List<TensorBatch> parts = batch.split(whole ? 1 : engine.workers());
    List<Supplier<Tensor>> tasks = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      TensorBatch part = parts.get(i);
      Rng own = rng.fork(i);
      tasks.add(
          () ->
              Scope.run(
                  () ->
                      Autograd.noGrad(
                          () ->
                              own.run(
                                  () ->
                                      engine.withPrecision(
                                          () ->
                                              UnitVectors.of(
                                                  key.project(key.features(part.get(name)))
                                                      .to(DType.F32)))))));
    }
    return tasks.size() == 1
        ? tasks.get(0).get()
        : Tensor.cat(0, engine.parallel(tasks).toArray(Tensor[]::new));
  }

  /** Counts what a part of a batch came to; whole numbers, so that the order does not matter. */
  void count(int queries, Mochi.Result result, FalseNegatives wrong, long hard, long mixed) {
    long[] add = new long[COUNTS];
    add[QUERIES] = queries;
    add[HITS] = Math.round(queries * result.proxyAccuracy());
    add[HITS_REAL] = Math.round(queries * result.proxyAccuracyReal());
    if (wrong != null) {
      add[HARD] = hard;
      add[HARD_FALSE] = Math.round(hard * wrong.hard());
      add[MIXED] = mixed;
      add[MIXED_FALSE] = mixed == 0 ? 0 : Math.round(mixed * wrong.synthetic());
    }
    synchronized (counts) {
      try (Scope scope = Scope.open();
          var off = Autograd.noGrad()) {
        counts.add_(Tensor.of(add).to(counts.device()));
      }
    }
  }

  /**
   * What the steps since the last call came to.
   *
   * @param proxyAccuracy share of queries nearer to their key than to all negatives
   * @param proxyAccuracyReal the same without mixed negatives
   * @param falseHard share of the query's class among the hardest negatives; NaN if unknown
   * @param falseMixed share of mixed negatives with a source of the query's class; NaN if unknown
   */
  public record Counted(
      double proxyAccuracy, double proxyAccuracyReal, double falseHard, double falseMixed) {}

  /** Tells the counts and begins anew. */
  public Counted takeCounts() {
    long[] c = counts.toLongs();
    try (var off = Autograd.noGrad()) {
      counts.zero_();
    }
    return new Counted(
        share(c[HITS], c[QUERIES]),
        share(c[HITS_REAL], c[QUERIES]),
        share(c[HARD_FALSE], c[HARD]),
        share(c[MIXED_FALSE], c[MIXED]));
  }

  private static double share(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
