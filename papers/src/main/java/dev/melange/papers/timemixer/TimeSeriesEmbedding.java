package dev.melange.papers.timemixer;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.TimeFeatures;
import dev.melange.nn.Embedding;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.nn.SinusoidalPositions;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Embeds values by a circular convolution over time and adds an embedding of their times. */
public final class TimeSeriesEmbedding extends Layer {
  /**
   * What to embed.
   *
   * @param c_in input channels
   * @param d_model features, even
   * @param embed of the times: {@code timeF} linear in continuous features, {@code fixed} tables of
   *     sines, {@code learned} tables
   * @param freq unit of the series' spacing
   */
  public record Config(
      int c_in,
      @Default("16") int d_model,
      @Default("timeF") @OneOf({"timeF", "fixed", "learned"}) String embed,
      @Default("h") @OneOf({"s", "t", "h", "d", "b", "w", "m", "a"}) String freq) {
    /** Checks the sizes. */
    public Config {
      if (c_in < 1 || d_model < 2 || d_model % 2 != 0) {
        throw new IllegalArgumentException(
            "c_in must be positive and d_model positive and even, got %d and %d"
                .formatted(c_in, d_model));
      }
    }
  }

  /** Number of time features that an embedding of a kind takes. */
  static int markCount(String embed, String freq) {
    if (!embed.equals("timeF")) {
      return freq.equals("t") ? 5 : 4;
    }
    return freq.equals("a") ? 1 : TimeFeatures.continuousCount(Frequency.of(freq).unit());
  }

  private static final class FixedTable extends Layer {
    private final Tensor weight;

    FixedTable(int rows, int dim) {
      weight = buffer("emb.weight", SinusoidalPositions.line(rows, dim).to(DType.F32));
    }
  }

  private static final class Temporal extends Layer {
    private final Linear linear;
    // column of the marks to its table
    private final Map<Integer, Tensor> tables = new LinkedHashMap<>();

    Temporal(Config config, Rng rng) {
      if (config.embed().equals("timeF")) {
        int inputs = markCount(config.embed(), config.freq());
        linear = child("embed", new Linear(inputs, config.d_model(), false, rng));
        return;
      }
      linear = null;
      table(0, "month_embed", 13, config, rng);
      table(1, "day_embed", 32, config, rng);
      table(2, "weekday_embed", 7, config, rng);
      table(3, "hour_embed", 24, config, rng);
      if (config.freq().equals("t")) {
        table(4, "minute_embed", 4, config, rng);
      }
    }

    private void table(int column, String name, int rows, Config config, Rng rng) {
      if (config.embed().equals("fixed")) {
        tables.put(column, child(name, new FixedTable(rows, config.d_model())).weight);
      } else {
        tables.put(column, child(name, new Embedding(rows, config.d_model(), rng)).weight());
      }
    }

    Tensor forward(Tensor marks) {
      if (linear != null) {
        return linear.forward(marks);
      }
      if (marks.size(-1) != tables.size()) {
        throw new IllegalArgumentException(
            "time marks have %d columns, expected %d: month, day, weekday, hour%s"
                .formatted(
                    marks.size(-1), tables.size(), tables.size() == 5 ? ", minute / 15" : ""));
      }
      Tensor index = marks.detach().to(DType.I64);
      Tensor sum = null;
      for (Map.Entry<Integer, Tensor> entry : tables.entrySet()) {
        Tensor part = Nn.embedding(entry.getValue(), index.select(-1, entry.getKey()), -1);
        sum = sum == null ? part : sum.add(part);
      }
      return sum;
    }
  }

  private final Tensor weight; // [D, c_in, 3]
  private final Temporal temporal;

  /** A layer with weights from the stream. */
  public TimeSeriesEmbedding(Config config, Rng rng) {
    weight =
        parameter(
            "value_embedding.tokenConv.weight",
            Init.kaimingNormalFanIn(
                Tensor.empty(config.d_model(), config.c_in(), 3), Math.sqrt(2), rng));
    temporal = child("temporal_embedding", new Temporal(config, rng));
  }

  /**
   * Embeds values.
   *
   * @param x [B, T, c_in]
   * @param marks time features [B, T, features], or null for none
   * @return [B, T, d_model]
   */
  public Tensor forward(Tensor x, Tensor marks) {
    Tensor padded = Nn.pad(x.transpose(1, 2), new long[] {1, 1}, "circular", 0);
    Tensor y = Nn.conv1d(padded, weight, null, 1, 0, 1, 1).transpose(1, 2);
    return marks == null ? y : y.add(temporal.forward(marks));
  }

  /** Embeds times alone: [B, T, features] to [B, T, d_model]. */
  public Tensor times(Tensor marks) {
    return temporal.forward(marks);
  }
}
