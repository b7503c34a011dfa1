package dev.melange.papers.hardnegativemixing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.study.TrialResults;
import dev.melange.report.Chart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Linalg;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * One query with its positive, its hardest negatives and what is mixed of them, in the two
 * directions in which they differ most.
 */
final class SphereView {
  private static final int SHOWN = 48;
  private static final String[] GROUPS = {"negatives", "mixed", "mixed_query", "positive", "query"};

  private SphereView() {}

  /**
   * Computes the picture.
   *
   * @param query embedding [1, D]
   * @param positive embedding of the other view [1, D]
   * @param queue keys as columns [D, K]
   */
  static ObjectNode of(Tensor query, Tensor positive, Tensor queue, double temperature, Rng rng) {
    return Autograd.noGrad(
        () -> {
          int hard = (int) Math.min(SHOWN, queue.size(1));
          Mochi.Config config =
              new Mochi.Config(temperature, hard, SHOWN / 2, SHOWN / 4, true, false);
          Mochi.Result result =
              Mochi.of(
                  config, query, positive, queue, MixingPoints.draw(config, 1, rng), null, null);
          Tensor negatives = queue.t().indexSelect(0, result.hardIndex().get(0));
          Tensor mixed = result.synthetic().get(0);
          Tensor all = Tensor.cat(0, negatives, mixed, positive, query);
          Tensor centred = all.sub(all.meanKeep(0));
          Tensor plane = Linalg.svd(centred).vt().narrow(0, 0, 2);
          double[] xy = centred.matmul(plane.t()).toDoubles();
          int[] sizes = {hard, SHOWN / 2, SHOWN / 4, 1, 1};
          ObjectNode json = JsonNodeFactory.instance.objectNode();
          int at = 0;
          for (int g = 0; g < GROUPS.length; g++) {
            double[] x = new double[sizes[g]];
            double[] y = new double[sizes[g]];
            for (int i = 0; i < sizes[g]; i++) {
              x[i] = xy[2 * at];
              y[i] = xy[2 * at + 1];
              at++;
            }
            ObjectNode group = json.putObject(GROUPS[g]);
            group.set("x", TrialResults.array(x));
            group.set("y", TrialResults.array(y));
          }
          return json;
        });
  }

  /** The picture of what {@link #of} gave. */
  static Chart chart(JsonNode view) {
    return Chart.xy("A query, its positive and its negatives")
        .x("first direction")
        .y("second direction")
        .points("hardest negatives", xs(view, "negatives"), ys(view, "negatives"))
        .points("mixtures of two negatives", xs(view, "mixed"), ys(view, "mixed"))
        .points("mixtures of query and negative", xs(view, "mixed_query"), ys(view, "mixed_query"))
        .points("positive", xs(view, "positive"), ys(view, "positive"), "positive")
        .points("query", xs(view, "query"), ys(view, "query"), "query")
        .build();
  }

  private static double[] xs(JsonNode view, String group) {
    return TrialResults.numbers(view.get(group).get("x"));
  }

  private static double[] ys(JsonNode view, String group) {
    return TrialResults.numbers(view.get(group).get("y"));
  }
}
