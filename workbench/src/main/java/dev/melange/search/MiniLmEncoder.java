package dev.melange.search;

import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.bert.WordPiece;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * all-MiniLM-L6-v2 with 384 dimensions, computed in this process.
 *
 * <p>One thread computes for all callers, because each thread that computes would start a pool of
 * its own. Texts are encoded a few at a time, so that a query waits for no more than such a part
 * while papers are being indexed.
 */
public final class MiniLmEncoder implements TextEncoder {
  private static final int PART = 4;

  private final MiniLm model;
  private final int maxTokens;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread created = new Thread(task, "text-encoder");
            created.setDaemon(true);
            return created;
          });

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
    List<float[]> vectors = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += PART) {
      List<String> part = texts.subList(from, Math.min(texts.size(), from + PART));
      float[] flat;
      try {
        flat = CompletableFuture.supplyAsync(() -> compute(part), thread).join();
      } catch (CompletionException e) {
        throw new IllegalStateException("a text could not be encoded", e.getCause());
      }
      int size = flat.length / part.size();
      for (int i = 0; i < part.size(); i++) {
        vectors.add(Arrays.copyOfRange(flat, i * size, (i + 1) * size));
      }
    }
    return vectors;
  }

  private float[] compute(List<String> texts) {
    try (Scope scope = Scope.open()) {
      return model.embed(texts, maxTokens).toFloats();
    }
  }

  @Override
  public void close() {
    thread.execute(model::close);
    thread.shutdown();
  }
}
