package dev.melange.papers.finalmlp;

import dev.melange.data.tabular.EncodedTable;
import dev.melange.metric.BinaryRanking;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import dev.melange.train.TabularBatches;
import dev.melange.train.TensorBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a click model relies on. */
public final class Importance {
  // Enough for an AUC to three digits; more rows cost time only.
  private static final int MOST_ROWS = 20_000;

  private Importance() {}

  /**
   * How much AUC is lost when the values of one field are dealt out anew among the rows (Breiman,
   * 2001).
   *
   * @param model in inference mode
   * @param rows with labels of both classes; the first 20,000 are used
   * @param seed of the dealing
   * @return field to loss of AUC, in the order of the fields; about zero for a field of no use
   */
  public static Map<String, Double> permutation(ClickModel model, EncodedTable rows, long seed) {
    int[] first = new int[Math.min(rows.size(), MOST_ROWS)];
    for (int i = 0; i < first.length; i++) {
      first[i] = i;
    }
    EncodedTable used = rows.rows(first);
    double[] labels = ClickTraining.labels(used);
    return Scope.run(
        () -> {
          TensorBatch all = whole(used);
          double base = BinaryRanking.auc(labels, predict(model, all.tensors()));
          Map<String, Double> losses = new LinkedHashMap<>();
          int categories = 0;
          int numbers = 0;
          for (Feature feature : model.features()) {
            int[] order = new Rng(seed).fork(losses.size()).permutation(first.length);
            Tensor index = Tensor.of(order, order.length);
            Map<String, Tensor> changed = new LinkedHashMap<>(all.tensors());
            switch (feature.type()) {
              case "numeric" -> deal(changed, TabularBatches.NUMERIC, numbers++, index);
              case "sequence" -> {
                String name = TabularBatches.listName(feature.name());
                changed.put(name, all.get(name).indexSelect(0, index));
              }
              default -> deal(changed, TabularBatches.FIELDS, categories++, index);
            }
            losses.put(feature.name(), base - BinaryRanking.auc(labels, predict(model, changed)));
          }
          return losses;
        });
  }

  private static void deal(Map<String, Tensor> columns, String name, int column, Tensor index) {
    Tensor copy = columns.get(name).copy();
    copy.select(1, column).copy_(columns.get(name).select(1, column).indexSelect(0, index));
    columns.put(name, copy);
  }

  private static TensorBatch whole(EncodedTable rows) {
    try (Minibatches.Epoch epoch = TabularBatches.inOrder(rows, rows.size()).epoch(0, 0)) {
      return epoch.next();
    }
  }

  private static double[] predict(ClickModel model, Map<String, Tensor> columns) {
    return Scope.run(
        () ->
            Inference.run(
                    Minibatches.inOrder(columns, ClickTraining.INFERENCE_BATCH), model::forward)
                .to(DType.F64)
                .reshape(-1)
                .toDoubles());
  }

  /**
   * The mean gate of each field in the two streams of a gated FinalMLP, over rows and components: 1
   * lets the field through as it is, 0 shuts it out, 2 doubles it.
   *
   * @param model gated, in inference mode
   * @param rows over which to average
   * @return one array per stream, values in the order of the fields
   */
  public static List<double[]> gates(FinalMlp model, EncodedTable rows) {
    return List.of(gates(model, rows, 0), gates(model, rows, 1));
  }

  private static double[] gates(FinalMlp model, EncodedTable rows, int stream) {
    int fields = model.features().size();
    return Scope.run(
        () -> {
          Tensor gates =
              Inference.run(
                  TabularBatches.inOrder(rows, ClickTraining.INFERENCE_BATCH),
                  batch -> {
                    Tensor gate = model.gate(stream, model.inputs(batch));
                    Tensor mean = gate.reshape(gate.shape()[0], fields, -1).mean(-1);
                    return mean.expand(batch.size(), fields).contiguous();
                  });
          return Autograd.noGrad(() -> gates.to(DType.F64).mean(0)).toDoubles();
        });
  }
}
