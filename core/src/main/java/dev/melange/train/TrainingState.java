package dev.melange.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.optim.EarlyStopping;
import dev.melange.optim.ReduceOnPlateau;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a training stands, apart from its tensors. */
final class TrainingState {
  /** Epochs that are finished. */
  int epoch;

  /** Batches of the current epoch that are used. */
  int batch;

  /** Optimiser steps. */
  long step;

  /** Sum of the losses of the current epoch's examples, and their number. */
  double lossSum;

  long examples;

  final List<EpochRecord> history = new ArrayList<>();

  /** What the monitored metric has been, or null before the first evaluation. */
  EarlyStopping.State monitor;

  /** The state of a plateau schedule, or null. */
  ReduceOnPlateau.State plateau;

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("epoch", epoch).put("batch", batch).put("step", step);
    json.put("loss_sum", lossSum).put("examples", examples);
    if (monitor != null) {
      json.putObject("monitor")
          .put("best", monitor.best())
          .put("best_evaluation", monitor.bestEvaluation())
          .put("evaluations", monitor.evaluations());
    }
    if (plateau != null) {
      json.putObject("plateau")
          .put("learning_rate", plateau.learningRate())
          .put("best", plateau.best())
          .put("bad", plateau.bad())
          .put("cooling", plateau.cooling());
    }
    ArrayNode epochs = json.putArray("history");
    for (EpochRecord record : history) {
      ObjectNode entry = epochs.addObject();
      entry.put("epoch", record.epoch()).put("step", record.step()).put("loss", record.loss());
      entry.put("learning_rate", record.learningRate());
      ObjectNode metrics = entry.putObject("metrics");
      record.metrics().forEach(metrics::put);
    }
    return json;
  }

  static TrainingState fromJson(JsonNode json) {
    TrainingState state = new TrainingState();
    state.epoch = json.path("epoch").intValue();
    state.batch = json.path("batch").intValue();
    state.step = json.path("step").longValue();
    state.lossSum = number(json.path("loss_sum"));
    state.examples = json.path("examples").longValue();
    JsonNode monitor = json.get("monitor");
    if (monitor != null) {
      state.monitor =
          new EarlyStopping.State(
              number(monitor.path("best")),
              monitor.path("best_evaluation").longValue(),
              monitor.path("evaluations").longValue());
    }
    JsonNode plateau = json.get("plateau");
    if (plateau != null) {
      state.plateau =
          new ReduceOnPlateau.State(
              number(plateau.path("learning_rate")),
              number(plateau.path("best")),
              plateau.path("bad").intValue(),
              plateau.path("cooling").intValue());
    }
    for (JsonNode entry : json.path("history")) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      entry
          .path("metrics")
          .properties()
          .forEach(m -> metrics.put(m.getKey(), number(m.getValue())));
      state.history.add(
          new EpochRecord(
              entry.path("epoch").intValue(),
              entry.path("step").longValue(),
              number(entry.path("loss")),
              number(entry.path("learning_rate")),
              metrics));
    }
    return state;
  }

  /** Jackson writes NaN and infinities as texts. */
  private static double number(JsonNode node) {
    return node.isTextual() ? Double.parseDouble(node.textValue()) : node.doubleValue();
  }
}
