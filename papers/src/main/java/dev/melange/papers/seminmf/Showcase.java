package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.report.Tree;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What the study's report shows of the features themselves, from the first repetition. */
final class Showcase {
  /** What every steered text begins with. */
  static final String PROMPT = "I think that";

  private static final int FEATURES = 8;
  private static final int CONTEXTS = 8;
  private static final int STEERED = 6;
  private static final int TREES = 4;
  private static final int MAP_ROWS = 12;

  private final StudySettings settings;
  private final CharGpt model;
  private final LayerTrial layer;
  private final Rng rng;

  Showcase(StudySettings settings, CharGpt model, String text, long seed) {
    this.settings = settings;
    this.model = model;
    this.layer = new LayerTrial(settings, model, text, settings.firstLayer(), seed);
    this.rng = new Rng(seed).fork(99);
  }

  /**
   * Factors the activations again and describes what comes out.
   *
   * @param alphas by feature, how far to push it; NaN where that is not known
   */
  ObjectNode make(double[] alphas) {
    try (Scope scope = Scope.open()) {
      TokenActivations activations = layer.activations();
      ConceptFeatures features =
          new ConceptFeatures(activations, layer.factor(activations).factors());
      List<FeatureSummary> summaries =
          FeatureSummary.of(
              features,
              id -> model.vocabulary().decode(id),
              CONTEXTS,
              (feature, opposite) ->
                  features
                      .promoted(model.model(), settings.firstLayer(), feature, opposite, CONTEXTS)
                      .stream()
                      .map(found -> model.vocabulary().decode(found.index()))
                      .toList());
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      ArrayNode shown = json.putArray("features");
      summaries.stream().limit(FEATURES).forEach(summary -> shown.add(summary.toJson()));
      map(json.putObject("map"), features, summaries);
      ArrayNode trees = json.putArray("trees");
      trees(activations).forEach(tree -> trees.add(toJson(tree)));
      TextSteering steerer =
          new TextSteering(
              model, features, settings.firstLayer(), settings.contexts(), PROMPT, rng.fork(7));
      ArrayNode texts = json.putArray("steered");
      summaries.stream()
          .filter(summary -> Double.isFinite(alphas[summary.feature()]))
          .limit(STEERED)
          .forEach(
              summary ->
                  texts.add(
                      steerer
                          .steer(summary.feature(), alphas[summary.feature()])
                          .toJson(summary.title())));
      return json;
    }
  }

  /** The coefficients of the largest features over the first piece of text. */
  private void map(ObjectNode json, ConceptFeatures features, List<FeatureSummary> summaries) {
    List<Long> piece = features.activations().corpus().get(0);
    piece.forEach(id -> json.withArray("tokens").add(model.vocabulary().decode(id)));
    for (FeatureSummary summary : summaries.subList(0, Math.min(MAP_ROWS, summaries.size()))) {
      Tensor all = features.strengths(summary.feature()).to(DType.F64);
      double largest = Math.max(all.max().item(), 1e-12);
      json.withArray("labels")
          .add(
              summary.feature()
                  + " "
                  + String.join("", FeatureSummary.quoted(summary.tokens(), 4)));
      ArrayNode row = json.withArray("rows").addArray();
      for (double value : all.narrow(0, 0, piece.size()).toDoubles()) {
        row.add(value / largest);
      }
    }
  }

  /** The largest features of the last level and what merges into them. */
  private List<Tree> trees(TokenActivations activations) {
    Tensor x = activations.values();
    List<Factors> starts = new ArrayList<>();
    Tensor a = x.t();
    for (int i = 0; i < settings.tree().size(); i++) {
      int rank = settings.tree().get(i);
      starts.add(SemiNmfStart.random(a, rank, rng.fork(i)));
      a = x.newZeros(x.size(1), rank);
    }
    var config =
        new HierarchicalSnmf.Config(
            settings.tree(), settings.sparsity(), settings.iterations(), 1e-4, 1e-3, 0);
    HierarchicalSnmf.Levels levels =
        LayerTrial.onWorker(() -> HierarchicalSnmf.fit(config, x, starts));
    int last = settings.tree().size();
    Tensor strengths = levels.activations(last);
    return ConceptFeatures.top(strengths.sum(0), TREES).stream()
        .map(
            found ->
                FeatureTree.of(
                        activations, levels, last, Math.toIntExact(found.index()), 4, CONTEXTS)
                    .show(
                        context ->
                            FeatureSummary.quoted(
                                    List.of(
                                        model.vocabulary().decode(activations.id(context.row()))),
                                    1)
                                .get(0)))
        .toList();
  }

  private static ObjectNode toJson(Tree tree) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("label", tree.label());
    ArrayNode children = json.putArray("children");
    tree.children().forEach(child -> children.add(toJson(child)));
    return json;
  }

  static Tree tree(JsonNode json) {
    List<Tree> children = new ArrayList<>();
    json.get("children").forEach(child -> children.add(tree(child)));
    return new Tree(json.get("label").asText(), children);
  }
}
