package dev.melange.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.Card;
import dev.melange.papers.Claim;
import dev.melange.store.ResultStore.Result;
import dev.melange.web.PaperViews.EarlierView;
import dev.melange.web.PaperViews.FigureView;
import dev.melange.web.PaperViews.FindingView;
import dev.melange.web.PaperViews.PanelView;
import dev.melange.web.PaperViews.TableView;
import dev.melange.web.Views.StudyView;
import java.util.ArrayList;
import java.util.List;

/** Makes what papers' pages show of the results of studies. */
final class ResultViews {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ResultViews() {}

  /** Those that say something about the claim. */
  private static boolean tells(Result result) {
    return !result.scale().equals("smoke");
  }

  /**
   * The panel of a paper.
   *
   * @param card tells the claim before the first run
   * @param results newest first
   * @param path of the paper's page
   * @param runnable whether the viewer may run the study
   */
  static PanelView panel(Card card, List<Result> results, String path, boolean runnable) {
    List<EarlierView> runs = new ArrayList<>();
    Result newest = null;
    for (int i = 0; i < results.size(); i++) {
      Result result = results.get(i);
      if (tells(result)) {
        newest = newest == null ? result : newest;
        runs.add(
            new EarlierView(
                EntryViews.study(result),
                StudyFigures.report(result).isEmpty()
                    ? null
                    : path + "/runs/" + (results.size() - i)));
      }
    }
    if (newest == null) {
      Claim claim = card.claims().get(0);
      return new PanelView(
          EntryViews.study(null),
          claim.text(),
          List.of(),
          claim.figure() == null
              ? List.of()
              : List.of(new FigureView("The paper's figure", claim.figure(), "not run yet")),
          List.of(),
          null,
          null,
          List.of(),
          List.of(),
          runnable);
    }
    JsonNode metrics = metrics(newest);
    List<FigureView> figures = new ArrayList<>();
    for (JsonNode pair : metrics.path("comparisons")) {
      figures.add(
          new FigureView(
              pair.path("quantity").asText(),
              pair.path("paper").asText(),
              pair.path("here").asText()));
    }
    List<TableView> tables = new ArrayList<>();
    metrics.path("tables").forEach(table -> tables.add(ResultTables.of(table)));
    String claim = card.claims().get(0).text();
    List<String> reasons = new ArrayList<>();
    List<FindingView> further = new ArrayList<>();
    for (JsonNode finding : metrics.path("findings")) {
      if (finding.path("main").asBoolean()) {
        claim = finding.path("claim").asText();
        finding.path("reasons").forEach(reason -> reasons.add(reason.asText()));
      } else {
        further.add(finding(finding));
      }
    }
    return new PanelView(
        EntryViews.study(newest),
        claim,
        reasons,
        figures,
        tables,
        StudyFigures.first(newest).orElse(null),
        runs.get(0).report(),
        further,
        runs.subList(1, runs.size()),
        runnable);
  }

  private static FindingView finding(JsonNode finding) {
    String verdict = finding.path("verdict").asText();
    return new FindingView(
        new StudyView(
            EntryViews.kind(verdict),
            EntryViews.capitalised(verdict.replace('_', ' ')),
            null,
            null),
        finding.path("claim").asText());
  }

  static JsonNode metrics(Result result) {
    try {
      return MAPPER.readTree(result.metrics());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the metrics of " + result.folder() + " are no JSON", e);
    }
  }
}
