package dev.melange.papers.finalmlp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Field;
import dev.melange.report.BarChart;
import dev.melange.report.Chart;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What training on a user's table came to: scores, curves, importances, as a page and as JSON. */
public final class ClickReport {
  private record Entry(
      String name, String key, ClickScores scores, ClickCurves curves, TrainingResult training) {}

  private final ClickData data;
  private final String table;
  private final List<Entry> entries = new ArrayList<>();
  private Map<String, Double> importance = Map.of();
  private List<double[]> gates = List.of();
  private ClickPredictor chosen;

  /**
   * A report on models of one table.
   *
   * @param table its name, for the title
   * @param data its rows
   */
  public ClickReport(String table, ClickData data) {
    this.table = table;
    this.data = data;
  }

  /**
   * Adds a model and its scores on the test rows. The first one is the main one, whose fields are
   * looked into.
   *
   * @return the scores
   */
  public ClickScores add(ClickPredictor predictor, TrainingResult training) {
    double[] labels = ClickTraining.labels(data.test());
    double[] probabilities = predictor.predict(data.test());
    ClickScores scores = ClickScores.of(labels, probabilities, data.testGroups().orElse(null));
    entries.add(
        new Entry(
            predictor.architecture().title(),
            predictor.architecture().key(),
            scores,
            ClickCurves.of(labels, probabilities),
            training));
    if (chosen == null) {
      chosen = predictor;
      importance = Importance.permutation(predictor.model(), data.test(), 1);
      if (predictor.model() instanceof FinalMlp gated && gated.isGated()) {
        gates = Importance.gates(gated, data.test());
      }
    }
    return scores;
  }

  /** The scores of all models, as on a terminal. */
  public Table scores() {
    boolean grouped = entries.stream().anyMatch(entry -> entry.scores().gAuc().isPresent());
    Table.Builder builder =
        Table.titled("%,d test rows".formatted(data.test().size()))
            .text("model")
            .number("AUC", "%.4f", Table.Best.HIGHEST)
            .number("logloss", "%.4f", Table.Best.LOWEST);
    if (grouped) {
      builder.number("gAUC", "%.4f", Table.Best.HIGHEST);
    }
    builder.number("calibration error", "%.4f", Table.Best.LOWEST).number("best epoch", "%d");
    for (Entry entry : entries) {
      List<Object> row = new ArrayList<>();
      row.addAll(List.of(entry.name(), entry.scores().auc(), entry.scores().logLoss()));
      if (grouped) {
        row.add(entry.scores().gAuc().orElse(null));
      }
      row.addAll(List.of(entry.scores().calibrationError(), entry.training().bestEpoch()));
      builder.row(row.toArray());
    }
    return builder.build();
  }

  /** Fields by falling importance: loss of AUC when the field's values are dealt out anew. */
  public Map<String, Double> importance() {
    Map<String, Double> sorted = new LinkedHashMap<>();
    importance.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /** All numbers. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("label", data.columns().label()).put("positive", data.positive());
    json.putObject("rows")
        .put("training", data.train().size())
        .put("validation", data.valid().size())
        .put("test", data.test().size());
    ArrayNode models = json.putArray("models");
    for (Entry entry : entries) {
      ObjectNode node = models.addObject().put("model", entry.key());
      node.setAll(entry.scores().toJson());
      node.put("best_epoch", entry.training().bestEpoch());
      node.put("epochs", entry.training().history().size());
    }
    ObjectNode losses = json.putObject("importance");
    importance().forEach(losses::put);
    if (!gates.isEmpty()) {
      ObjectNode node = json.putObject("gates");
      for (int i = 0; i < chosen.model().features().size(); i++) {
        node.putArray(chosen.model().features().get(i).name())
            .add(gates.get(0)[i])
            .add(gates.get(1)[i]);
      }
    }
    data.warnings().forEach(json.putArray("warnings")::add);
    return json;
  }

  /** The page. */
  public Report page() {
    Entry main = entries.get(0);
    Report report = new Report("%s on %s".formatted(main.name(), table));
    report.subtitle(
        "How likely is %s = %s? AUC %.4f, logloss %.4f on rows the model has not seen."
            .formatted(
                data.columns().label(),
                data.positive(),
                main.scores().auc(),
                main.scores().logLoss()));
    report.section("Scores").table(scores());
    data.warnings().forEach(warning -> report.paragraph("Note: " + warning + "."));
    List<String> names = entries.stream().map(Entry::name).toList();
    List<ClickCurves> curves = entries.stream().map(Entry::curves).toList();
    report.charts(ClickCurves.rocChart(names, curves), ClickCurves.calibrationChart(names, curves));
    report.section("What the model relies on");
    report.paragraph(
        "Importance: how much AUC is lost when the values of a field are dealt out anew among the"
            + " test rows. Fields that tell the same share their importance.");
    List<Chart> charts = new ArrayList<>(List.of(importanceChart()));
    if (!gates.isEmpty()) {
      charts.add(
          ClickCurves.gateChart(
              chosen.model().features().stream().map(Feature::name).toList(), gates));
    }
    report.charts(charts);
    report.section("Training").charts(learning());
    report.table(fields());
    report.section("Provenance").facts(facts());
    return report;
  }

  private Chart importanceChart() {
    Map<String, Double> sorted = importance();
    BarChart.Builder chart =
        Chart.bars("Importance of the fields", sorted.keySet().toArray(String[]::new));
    return chart
        .value("loss of AUC")
        .group("", sorted.values().stream().mapToDouble(Double::doubleValue).toArray())
        .horizontal()
        .build();
  }

  private Chart learning() {
    XyChart.Builder chart = Chart.xy("AUC of the validation rows").x("epoch").y("AUC");
    for (Entry entry : entries) {
      List<EpochRecord> history = entry.training().history();
      chart.line(
          entry.name(),
          history.stream().mapToDouble(EpochRecord::epoch).toArray(),
          history.stream().mapToDouble(record -> record.metrics().get("auc")).toArray());
    }
    return chart.build();
  }

  private Table fields() {
    Table.Builder builder =
        Table.titled("Fields")
            .text("field")
            .text("kind")
            .number("known values", "%,d")
            .number("unknown in the test rows (%)", "%.2f");
    for (Field field : data.encoder().fields()) {
      boolean number = field.kind() == Field.Kind.NUMERIC;
      builder.row(
          field.name(),
          field.kind().key(),
          number ? null : data.encoder().vocabulary(field.name()).size() - 2,
          number ? null : 100 * unknown(data.test(), field.name()));
    }
    return builder.build();
  }

  /** The share of a categorical or list field's values that were not in the training rows. */
  public static double unknown(EncodedTable rows, String field) {
    long[] indices = rows.indices(field);
    int oov = rows.encoder().vocabulary(field).oov();
    long unknown = 0;
    for (long index : indices) {
      unknown += index == oov ? 1 : 0;
    }
    return (double) unknown / Math.max(1, indices.length);
  }

  private Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", chosen.architecture().key());
    facts.put("parameters", "%,d".formatted(chosen.model().parameterCount()));
    facts.put(
        "rows",
        "%,d training, %,d validation, %,d test"
            .formatted(data.train().size(), data.valid().size(), data.test().size()));
    facts.put(
        "split", data.columns().time() == null ? "at random" : "by time: " + data.columns().time());
    facts.put("seed", chosen.provenance().seed());
    chosen
        .provenance()
        .hyperparameters()
        .properties()
        .forEach(entry -> facts.put(entry.getKey(), entry.getValue()));
    chosen.provenance().data().forEach((file, hash) -> facts.put(file, "SHA-256 " + hash));
    facts.put("Melange", chosen.provenance().library());
    return facts;
  }
}
