package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.ContentHash;
import dev.melange.data.DataException;
import dev.melange.data.LocatedSet;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import dev.melange.io.Checkpoints;
import dev.melange.optim.Optimizer;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.papers.gpt.CharGptRecipe;
import dev.melange.papers.gpt.CharGptStore;
import dev.melange.papers.gpt.CharGptStore.History;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Do semi-NMF features steer a language model? A character model is trained, its MLP activations
 * are factored, and the model is pushed along the features, along those of a sparse autoencoder,
 * along supervised differences of means, and along random directions, always as far as changes its
 * prediction by a given divergence. A feature's concept is what follows its contexts; its score is
 * how far the prediction moves there.
 */
public final class SemiNmfStudy implements Study {
  private static final String GPT = "gpt";

  /** The study. */
  public SemiNmfStudy() {}

  /** The text of the study. */
  private record Corpus(String name, String sha256, String text) {}

  @Override
  public String question() {
    return "Does pushing a language model along a semi-NMF feature of its MLP activations bring out"
        + " the feature's own concept, as well as features of a sparse autoencoder and supervised"
        + " directions do?";
  }

  @Override
  public Record settings(Scale scale) {
    CharGptRecipe small = CharGptRecipe.SMALL;
    return switch (scale) {
      case SMOKE ->
          new StudySettings(
              "austen-emma",
              1,
              List.of(0),
              32,
              32,
              1,
              2,
              150,
              16,
              3e-3,
              false,
              1600,
              8,
              0.05,
              30,
              0.3,
              60,
              128,
              3e-3,
              25,
              4,
              16,
              List.of(0.1, 0.5),
              200,
              List.of(8, 4));
      case QUICK ->
          new StudySettings(
              "austen-emma",
              3,
              List.of(0, 1),
              small.n_positions(),
              small.n_embd(),
              small.n_layer(),
              small.n_head(),
              small.steps(),
              small.batch_size(),
              small.learning_rate(),
              true,
              6400,
              50,
              0.05,
              300,
              0.3,
              1500,
              256,
              3e-3,
              50,
              16,
              32,
              List.of(0.1, 0.25, 0.5),
              200,
              List.of(50, 25, 12));
      case FULL ->
          new StudySettings(
              "austen-emma",
              5,
              List.of(0, 1, 3, 5),
              256,
              384,
              6,
              6,
              5000,
              32,
              1e-3,
              true,
              51200,
              100,
              0.01,
              2000,
              0.3,
              10000,
              1024,
              3e-3,
              50,
              64,
              64,
              List.of(0.025, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5),
              500,
              List.of(100, 50, 25));
    };
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    StudySettings settings = run.settings(StudySettings.class);
    Corpus corpus = corpus(run, settings.text());
    run.expect(2 + settings.seeds() * settings.layers().size());
    ObjectNode trained = run.trial(GPT, trial -> train(run, trial, settings, corpus));
    Map<Integer, List<JsonNode>> results = new LinkedHashMap<>();
    ObjectNode showcase;
    try (CharGpt model = CharGpt.load(run.weights(GPT))) {
      for (int layer : settings.layers()) {
        List<JsonNode> bySeed = new ArrayList<>();
        for (int i = 0; i < settings.seeds(); i++) {
          bySeed.add(
              run.trial(
                  "layer" + layer,
                  i,
                  trial ->
                      new LayerTrial(settings, model, corpus.text(), layer, trial.seed())
                          .run(trial)));
        }
        results.put(layer, bySeed);
      }
      JsonNode first = results.get(settings.firstLayer()).get(0);
      double[] alphas = alphas(first, settings.kls().indexOf(0.5));
      showcase =
          run.trial(
              "features",
              trial -> new Showcase(settings, model, corpus.text(), trial.seed()).make(alphas));
    }
    double unigram = CharGptRecipe.unigramLoss(corpus.text());
    double valid = trained.get("valid_loss").asDouble();
    run.check(
        String.format(
            java.util.Locale.ROOT,
            "the language model learned: %.3f nats per character on unseen text, %.3f by character"
                + " frequencies alone.",
            valid,
            unigram),
        valid < unigram);
    StudyFigures figures = new StudyFigures(settings, results);
    new StudyPages(run, settings, figures).write(trained, unigram, showcase);
    return figures.findings();
  }

  private static double[] alphas(JsonNode trial, int target) {
    List<Double> alphas = new ArrayList<>();
    for (JsonNode feature : trial.at("/methods/" + LayerTrial.SNMF + "/alphas")) {
      alphas.add(feature.get(target).isNull() ? Double.NaN : feature.get(target).asDouble());
    }
    return alphas.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Corpus corpus(StudyRun run, String name) throws IOException {
    LocatedSet set = run.data().where(name);
    if (set.set().files().size() != 1) {
      throw new DataException(
          "the study needs a data set of one text file, %s has %d files"
              .formatted(name, set.set().files().size()));
    }
    String file = set.set().files().get(0).name();
    Source source = set.source(file);
    return new Corpus(name + "/" + file, ContentHash.of(source).sha256(), TextFile.read(source));
  }

  /** Trains the language model, unless it was kept; writes it to the run's folder either way. */
  private static ObjectNode train(StudyRun run, Trial trial, StudySettings settings, Corpus corpus)
      throws IOException {
    CharGptRecipe recipe = settings.recipe();
    CharGptStore store = CharGptStore.standard();
    var key = new CharGptStore.Key(recipe, corpus.name(), corpus.sha256(), trial.seed());
    Optional<Path> kept = settings.reuse_model() ? store.find(key) : Optional.empty();
    History history;
    if (kept.isPresent()) {
      history = CharGptStore.history(kept.get());
      run.parent(CharGpt.NAME, ContentHash.of(Source.of(kept.get())).sha256());
      try (CharGpt model = CharGpt.load(kept.get())) {
        trial.save(model.model(), CharGpt.NAME, model.config());
      }
      for (int i = 0; i < history.steps().size(); i++) {
        trial.metric(i + 1, "loss", history.losses().get(i));
        trial.metric(i + 1, "valid_loss", history.validLosses().get(i));
      }
    } else {
      try (CharGpt model = new CharGpt(recipe.config(corpus.text()), new Rng(trial.seed()));
          Optimizer optimizer = recipe.optimizer(model)) {
        history =
            History.of(
                trial
                    .train(recipe.trainer(model, optimizer, corpus.text(), trial.seed()))
                    .history());
        trial.save(model.model(), CharGpt.NAME, model.config());
        if (settings.reuse_model()) {
          store.keep(key, model, history);
        }
      }
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("valid_loss", history.validLoss());
    history.steps().forEach(result.putArray("steps")::add);
    history.losses().forEach(result.putArray("losses")::add);
    history.validLosses().forEach(result.putArray("valid_losses")::add);
    // The bits that all other trials depend on.
    result.put("weights_checksum", checksum(run.weights(GPT)));
    return result;
  }

  /** A checksum of the tensors alone, whatever else the file says. */
  private static String checksum(Path file) throws IOException {
    try (var scope = dev.melange.tensor.Scope.open()) {
      java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
      Checkpoints.read(file)
          .forEach(
              (name, tensor) -> {
                sum.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                for (float value : tensor.toFloats()) {
                  int bits = Float.floatToRawIntBits(value);
                  for (int shift = 0; shift < 32; shift += 8) {
                    sum.update(bits >>> shift);
                  }
                }
              });
      return Long.toHexString(sum.getValue());
    }
  }
}
