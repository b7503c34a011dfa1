package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.Hooks;
import dev.melange.papers.gpt.Sampling;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Texts that a language model writes while it is pushed along a feature, beside what it writes by
 * itself. The same random numbers write all texts.
 */
final class TextSteering {
  private static final int LENGTH = 120; // characters to write
  private static final int PIECES = 16;
  private static final int PIECE = 32; // tokens
  private static final Sampling SAMPLING = new Sampling(1, 30, 1, 0);

  private final CharGpt model;
  private final ConceptFeatures features;
  private final int layer;
  private final int contexts;
  private final String prompt;
  private final Rng rng;
  private final String plain;

  /**
   * A steered text.
   *
   * @param text with the prompt
   * @param score concept and fluency
   */
  record Written(String text, SteeringScore score) {}

  /**
   * What a push did.
   *
   * @param feature the feature
   * @param alpha how far it pushed
   * @param divergence of the prediction after the prompt, in nats
   * @param before the text without
   * @param along the text with
   * @param against the text with the opposite push
   */
  record Steered(
      int feature, double alpha, double divergence, String before, Written along, Written against) {
    ObjectNode toJson(String title) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("feature", feature).put("title", title).put("alpha", alpha);
      json.put("kl", divergence).put("before", before);
      add(json.putObject("along"), along);
      add(json.putObject("against"), against);
      return json;
    }

    private static void add(ObjectNode json, Written written) {
      json.put("text", written.text())
          .put("concept", written.score().concept())
          .put("fluency", written.score().fluency())
          .put("score", written.score().harmonicMean());
    }
  }

  /**
   * Steering of one text.
   *
   * @param layer the layer the features are of
   * @param contexts how many contexts tell a feature's concept
   * @param prompt what every text begins with
   */
  TextSteering(
      CharGpt model, ConceptFeatures features, int layer, int contexts, String prompt, Rng rng) {
    if (prompt.isEmpty()) {
      throw new IllegalArgumentException("a prompt needs at least one character");
    }
    this.model = model;
    this.features = features;
    this.layer = layer;
    this.contexts = contexts;
    this.prompt = prompt;
    this.rng = rng;
    plain = LayerTrial.onWorker(() -> write(Hooks.none()));
  }

  /** Pushes along a feature, and against it. */
  Steered steer(int feature, double alpha) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      NextTokens concept = features.concept(feature, contexts, model.vocabulary().size());
      Steering along = features.steering(feature, layer, Steering.Location.MLP_ACT, alpha);
      Tensor ids = window(prompt);
      double divergence =
          Steering.divergence(Steering.next(model.model(), ids), along.steered(model.model(), ids))
              .item();
      List<Written> written =
          Engine.get()
              .parallel(
                  List.of(
                      () -> written(along, concept),
                      () -> written(along.withAlpha(-alpha), concept)));
      return new Steered(feature, alpha, divergence, plain, written.get(0), written.get(1));
    }
  }

  /**
   * The least push that changes predictions by a divergence, on average over pieces of the text
   * that was factored; empty if none does.
   */
  OptionalDouble alphaFor(int feature, double divergence, double most) {
    try (Scope scope = Scope.open()) {
      var trials =
          new SteeringTrials(
              model.model(), layer, Steering.Location.MLP_ACT, pieces(), List.of(divergence), most);
      NextTokens concept = features.concept(feature, contexts, model.vocabulary().size());
      double alpha =
          trials.run(features.direction(feature).unsqueeze(0), List.of(concept)).get(0).alphas()[0];
      return Double.isNaN(alpha) ? OptionalDouble.empty() : OptionalDouble.of(alpha);
    }
  }

  /** Beginnings of sentences, evenly spread, int64 [P, T]. */
  private Tensor pieces() {
    List<List<Long>> all = features.activations().corpus();
    int length = Math.min(PIECE, all.stream().mapToInt(List::size).max().orElseThrow());
    List<List<Long>> whole = all.stream().filter(piece -> piece.size() >= length).toList();
    int count = Math.min(PIECES, whole.size());
    long[] ids =
        IntStream.range(0, count)
            .mapToObj(i -> whole.get((int) ((long) i * whole.size() / count)).subList(0, length))
            .flatMap(List::stream)
            .mapToLong(Long::longValue)
            .toArray();
    return Tensor.of(ids, count, length);
  }

  private Written written(Steering steering, NextTokens concept) {
    String text = write(steering.hooks());
    Tensor predictions = model.model().forward(window(text), steering.hooks()).get(0).softmax(-1);
    return new Written(text, SteeringScore.of(concept, predictions, loss(text), loss(plain)));
  }

  private String write(Hooks hooks) {
    return model.write(prompt, LENGTH, SAMPLING, hooks, rng.fork(0));
  }

  /** The end of a text, as much as the model sees at once, int64 [1, T]. */
  private Tensor window(String text) {
    long[] ids = model.vocabulary().encode(text);
    int length = Math.min(ids.length, model.config().n_positions());
    return Tensor.of(Arrays.copyOfRange(ids, ids.length - length, ids.length), 1, length);
  }

  private double loss(String text) {
    Tensor ids = window(text);
    return Gpt.loss(model.model().forward(ids), ids).item();
  }
}
