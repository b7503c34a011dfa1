package dev.melange.search;

import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.bert.WordPiece;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * all-MiniLM-L6-v2 with 384 dimensions, computed in this process.
 *
 * <p>The engine's single-threaded workers compute: threads that share one query's few operations
 * wait for each other most of the time, and on busy cores for long. Texts are encoded a few at a
 * time, so that a query waits for no more than such a part while papers are being indexed.
 */
public final class MiniLmEncoder implements TextEncoder {
  private static final int PART = 2;

  private final MiniLm model;
  private final int maxTokens;

  /** Held for reading by who computes. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  private MiniLmEncoder(MiniLm model, int maxTokens) {
    this.model = model;
    this.maxTokens = maxTokens;
  }

  /** The encoder with the 256 tokens it was trained for. */
  public static MiniLmEncoder load() throws IOException {
    return load(WordPiece.DEFAULT_MAX_LENGTH);
  }

  /**
   * The encoder.
   *
   * @param maxTokens texts are cut to, 3 to 512
   * @throws IOException if the model is not on the class path
   */
  public static MiniLmEncoder load(int maxTokens) throws IOException {
    if (maxTokens < 3 || maxTokens > 512) {
      throw new IllegalArgumentException("max tokens is " + maxTokens + ", expected 3 to 512");
    }
    return new MiniLmEncoder(MiniLm.load(), maxTokens);
  }

  @Override
  public String model() {
    return "all-MiniLM-L6-v2";
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  @Override
  public List<float[]> encode(List<String> texts) {
    Engine engine = Engine.get();
    List<float[]> vectors = new ArrayList<>();
    for (int from = 0; from < texts.size(); ) {
      List<Supplier<List<float[]>>> parts = new ArrayList<>();
      for (int i = 0; i < engine.workers() && from < texts.size(); i++) {
        List<String> part = texts.subList(from, Math.min(texts.size(), from + PART));
        from += part.size();
        parts.add(() -> compute(part));
      }
      open.readLock().lock();
      try {
        if (closed) {
          throw new IllegalStateException("the encoder is closed");
        }
        engine.parallel(parts).forEach(vectors::addAll);
      } finally {
        open.readLock().unlock();
      }
    }
    return vectors;
  }

  private List<float[]> compute(List<String> texts) {
    float[] flat;
    try (Scope scope = Scope.open()) {
      flat =
          (texts.size() == 1
                  ? model.embedOne(texts.get(0), maxTokens)
                  : model.embed(texts, maxTokens))
              .toFloats();
    }
    int size = flat.length / texts.size();
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      vectors.add(Arrays.copyOfRange(flat, i * size, (i + 1) * size));
    }
    return vectors;
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        model.close();
      }
    } finally {
      open.writeLock().unlock();
    }
  }
}
