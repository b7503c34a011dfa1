package dev.melange.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.store.ResultStore.Result;
import dev.melange.web.Views.ComparisonView;
import dev.melange.web.Views.ResultView;
import java.util.ArrayList;
import java.util.List;

/** Makes results of studies as papers' pages show them. */
final class ResultViews {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ResultViews() {}

  /** Those that say something about the claim. */
  static List<ResultView> of(List<Result> results) {
    return results.stream()
        .filter(result -> !result.scale().equals("smoke"))
        .map(ResultViews::view)
        .toList();
  }

  private static ResultView view(Result result) {
    List<ComparisonView> comparisons = new ArrayList<>();
    for (JsonNode comparison : metrics(result).path("comparisons")) {
      comparisons.add(
          new ComparisonView(
              comparison.path("quantity").asText(),
              comparison.path("paper").asText(),
              comparison.path("here").asText()));
    }
    return new ResultView(
        result.verdict(),
        result.scale(),
        result.seeds(),
        result.machine(),
        result.finishedAt().toString().substring(0, 10),
        comparisons);
  }

  static JsonNode metrics(Result result) {
    try {
      return MAPPER.readTree(result.metrics());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the metrics of " + result.folder() + " are no JSON", e);
    }
  }
}
