package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.demo.DemoResult.Passage;
import dev.melange.demo.DemoResult.Piece;
import dev.melange.demo.Field.Choice;
import dev.melange.demo.Field.Kind;
import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.seminmf.FeatureSummary;
import dev.melange.papers.seminmf.InspectedModel;
import dev.melange.papers.seminmf.Inspection;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Semi-NMF finds what the neurons of a language model tell apart in a text. */
record ConceptsDemo(String key) implements Demo {
  private static final int TOKENS = 2000;
  private static final int ITERATIONS = 150;
  private static final int CONTEXTS = 4;
  private static final int LAYER = 3;
  private static final int MOST_TEXT = 20_000;
  private static final Field TEXT =
      new Field("text", "A text in English, some paragraphs", Kind.TEXT, List.of(), "");
  private static final Field FEATURES =
      Field.choice(
          "features",
          "Concepts to look for",
          new Choice("6", "6"),
          new Choice("3", "3"),
          new Choice("10", "10"));

  @Override
  public String title() {
    return "Find the concepts in a text";
  }

  @Override
  public String about() {
    return "A small language model (MiniLM) reads the text; semi-NMF takes the activity of the"
        + " 1,536 neurons of one of its layers apart into a few features, groups of neurons that"
        + " act together. Each is shown by the places where it is strongest.";
  }

  @Override
  public List<Field> fields() {
    return List.of(TEXT, FEATURES);
  }

  @Override
  public List<String> weights() {
    return List.of();
  }

  @Override
  public String train(Path folder, Consumer<Trainer> hook) {
    throw new UnsupportedOperationException(key + " needs no training; its model is built in");
  }

  @Override
  public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
      throws IOException {
    String text = input.value(TEXT);
    int features = Integer.parseInt(input.value(FEATURES));
    if (text.isEmpty() || text.length() > MOST_TEXT) {
      throw new DataException(
          "the text has %,d characters, expected some paragraphs of at most %,d in all"
              .formatted(text.length(), MOST_TEXT));
    }
    Inspection.Options options =
        new Inspection.Options(LAYER, features, 0.05, ITERATIONS, CONTEXTS, TOKENS, 0);
    try (InspectedModel model = InspectedModel.of(MiniLm.load())) {
      Inspection found =
          Inspection.run(
              model,
              "the text",
              text,
              options,
              null,
              done -> {
                if (cancelled.getAsBoolean()) {
                  throw new CancellationException("nobody waits any longer");
                }
              });
      return new DemoResult(
          String.format(
              Locale.ROOT,
              "%d features explain %.0f %% of the layer's activity at %,d tokens.",
              features,
              100 * found.explainedVariance(),
              found.tokens()),
          List.of(),
          List.of(),
          found.features().stream().map(ConceptsDemo::passage).toList(),
          List.of(),
          List.of());
    }
  }

  private static Passage passage(FeatureSummary feature) {
    double most =
        feature.contexts().stream()
            .flatMap(line -> line.strengths().stream())
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(1);
    List<List<Piece>> lines = new ArrayList<>();
    for (FeatureSummary.Line line : feature.contexts()) {
      List<Piece> pieces = new ArrayList<>();
      for (int i = 0; i < line.tokens().size(); i++) {
        double strength = most > 0 ? line.strengths().get(i) / most : 0;
        pieces.add(new Piece(line.tokens().get(i), Math.max(0, Math.min(1, strength))));
      }
      lines.add(pieces);
    }
    return new Passage(
        String.format(
            Locale.ROOT,
            "%s (strongest at %.0f %% of the tokens)",
            String.join(" ", feature.shownTokens(6)),
            100 * feature.share()),
        lines);
  }
}
