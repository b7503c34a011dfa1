package dev.melange.papers.hourglassmlp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.papers.hourglassmlp.HourglassSettings.Pair;
import dev.melange.papers.hourglassmlp.HourglassSettings.Recipe;
import dev.melange.papers.hourglassmlp.HourglassSettings.Search;
import dev.melange.papers.hourglassmlp.HourglassSettings.Shape;
import dev.melange.papers.hourglassmlp.PairResults.Entry;
import dev.melange.papers.hourglassmlp.RestorationTrial.Kind;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Hourglass against conventional residual MLPs: in pairs of about the same number of trainable
 * parameters, over a grid of sizes, and in drawing the prototypes of classes.
 */
final class HourglassStudy implements Study {
  @Override
  public String question() {
    return "Do residual MLPs with a wide skip connection and narrow blocks restore images better than conventional ones with as many trainable parameters, even under a lift that stays random?";
  }

  @Override
  public Record settings(Scale scale) {
    return HourglassSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    HourglassSettings settings = run.settings(HourglassSettings.class);
    int inPairs = settings.pairs().stream().mapToInt(pair -> kinds(pair).size()).sum();
    run.expect(inPairs * settings.seeds() + settings.search().size() + 2);
    try (StudyImages images = StudyImages.open(run.data(), settings)) {
      List<PairResults> pairs = new ArrayList<>();
      for (Pair pair : settings.pairs()) {
        pairs.add(compete(run, settings, images, pair));
      }
      SearchResults search = search(run, settings, images);
      GenerationTrial generation = GenerationTrial.open(run.data(), settings.generation());
      Map<Boolean, JsonNode> drawn = generate(run, settings, generation);
      new HourglassReport(run, settings, images).write(pairs, search, generation, drawn);
      List<Finding> findings = new ArrayList<>();
      findings.add(PairResults.main(pairs));
      pairs.forEach(pair -> findings.addAll(pair.findings()));
      findings.addAll(search.findings());
      return findings;
    }
  }

  /** What takes part in a pair, with its shape. */
  static Map<Kind, Shape> kinds(Pair pair) {
    Map<Kind, Shape> kinds = new EnumMap<>(Kind.class);
    kinds.put(Kind.CONVENTIONAL, pair.conventional());
    if (pair.enlarged() != null) {
      kinds.put(Kind.ENLARGED, pair.enlarged());
    }
    kinds.put(Kind.FIXED, pair.hourglass());
    if (pair.trained()) {
      kinds.put(Kind.TRAINED, pair.hourglass());
    }
    return kinds;
  }

  private static Degradation degradation(HourglassSettings settings, String task) {
    return task.equals("denoise")
        ? Degradation.noise(settings.sigma())
        : Degradation.shrink(settings.factor());
  }

  private static PairResults compete(
      StudyRun run, HourglassSettings settings, StudyImages images, Pair pair) throws IOException {
    Map<Kind, Entry> entries = new EnumMap<>(Kind.class);
    for (Map.Entry<Kind, Shape> kind : kinds(pair).entrySet()) {
      RestorationTrial network =
          new RestorationTrial(kind.getKey(), kind.getValue(), degradation(settings, pair.task()));
      List<JsonNode> trials = new ArrayList<>();
      for (int i = 0; i < settings.seeds(); i++) {
        String id = id(pair, kind.getKey());
        JsonNode result =
            run.trial(id, i, trial -> network.run(trial, images, settings.recipe(), true));
        checkLearned(run, id + "-s" + (run.seed() + i), result);
        trials.add(result);
      }
      entries.put(kind.getKey(), new Entry(network, trials));
    }
    return new PairResults(pair, entries);
  }

  /** The name of a network's trials. */
  static String id(Pair pair, Kind kind) {
    return pair.name() + "-" + kind.key();
  }

  private static void checkLearned(StudyRun run, String id, JsonNode result) {
    JsonNode losses = result.get("loss_by_epoch");
    double first = losses.get(0).asDouble();
    double last = losses.get(losses.size() - 1).asDouble();
    run.check(
        String.format(Locale.ROOT, "%s: the loss fell from %.4f to %.4f.", id, first, last),
        last < first);
  }

  private static SearchResults search(StudyRun run, HourglassSettings settings, StudyImages images)
      throws IOException {
    Search grid = settings.search();
    Recipe recipe = settings.recipe().withEpochs(grid.epochs());
    Degradation degradation = degradation(settings, grid.task());
    int input =
        new Restoration(degradation, false)
            .inputs(
                (int) images.test().size(1),
                (int) images.test().size(2),
                (int) images.test().size(3));
    List<RestorationTrial> networks = new ArrayList<>();
    for (int depth : grid.conventional_depths()) {
      for (int inner : grid.conventional_inners()) {
        networks.add(
            new RestorationTrial(Kind.CONVENTIONAL, new Shape(input, inner, depth), degradation));
      }
    }
    for (int depth : grid.depths()) {
      for (int skip : grid.skips()) {
        for (int inner : grid.inners()) {
          networks.add(
              new RestorationTrial(Kind.FIXED, new Shape(skip, inner, depth), degradation));
        }
      }
    }
    List<SearchResults.Point> points = new ArrayList<>();
    for (RestorationTrial network : networks) {
      Shape shape = network.shape();
      String id =
          "search-%s-%d-%d-%d"
              .formatted(network.kind().key(), shape.skip(), shape.inner(), shape.depth());
      JsonNode result = run.trial(id, trial -> network.run(trial, images, recipe, false));
      checkLearned(run, id, result);
      points.add(
          new SearchResults.Point(
              network.kind(),
              shape,
              result.get("trainable").asLong(),
              result.get("psnr").asDouble()));
    }
    return new SearchResults(grid, points);
  }

  private static Map<Boolean, JsonNode> generate(
      StudyRun run, HourglassSettings settings, GenerationTrial generation) throws IOException {
    Recipe recipe = settings.recipe().withEpochs(settings.generation().epochs());
    Map<Boolean, JsonNode> results = new java.util.LinkedHashMap<>();
    for (boolean hourglass : new boolean[] {false, true}) {
      Shape shape =
          hourglass ? settings.generation().hourglass() : settings.generation().conventional();
      String id = generationId(hourglass);
      JsonNode result = run.trial(id, 0, trial -> generation.run(trial, hourglass, shape, recipe));
      checkLearned(run, id, result);
      results.put(hourglass, result);
    }
    return results;
  }

  /** The name of the trial that draws prototypes. */
  static String generationId(boolean hourglass) {
    return "prototypes-" + (hourglass ? Kind.FIXED : Kind.CONVENTIONAL).key();
  }
}
