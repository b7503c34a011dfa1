package dev.melange.benchmarks;

import dev.melange.search.MiniLmEncoder;
import dev.melange.search.TextEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random directions for many texts, which are papers; the real model for one, which is a query.
 * They are stored under the real model's name, so that a page which is served takes them for its
 * own.
 */
final class RandomVectors implements TextEncoder {
  private static final int REPORTED = 10_000;

  private final TextEncoder real = MiniLmEncoder.load();
  private int encoded;

  RandomVectors() throws IOException {}

  @Override
  public String model() {
    return real.model();
  }

  @Override
  public int maxTokens() {
    return real.maxTokens();
  }

  @Override
  public List<float[]> encode(List<String> texts) {
    if (texts.size() == 1) {
      return real.encode(texts);
    }
    List<float[]> vectors = new ArrayList<>();
    for (String text : texts) {
      vectors.add(direction(new Random(text.hashCode())));
      if (++encoded % REPORTED == 0) {
        System.err.printf("%,d vectors%n", encoded);
      }
    }
    return vectors;
  }

  private static float[] direction(Random random) {
    float[] vector = new float[384];
    double square = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
      square += vector[i] * vector[i];
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(square);
    }
    return vector;
  }

  @Override
  public void close() {
    real.close();
  }
}
