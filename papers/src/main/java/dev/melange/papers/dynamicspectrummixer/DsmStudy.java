package dev.melange.papers.dynamicspectrummixer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One network that mixes tokens by bands selected for each image, by fixed weights of frequencies,
 * and not at all; with the same data, budget and seeds.
 */
final class DsmStudy implements Study {
  @Override
  public String question() {
    return "Is it better to choose the frequency bands by image than to weight all frequencies alike for all images, and is mixing in the frequency domain better than none?";
  }

  @Override
  public Record settings(Scale scale) {
    return DsmSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    DsmSettings settings = run.settings(DsmSettings.class);
    run.expect(settings.tasks().size() * Selection.values().length * settings.seeds());
    List<DsmResults> all = new ArrayList<>();
    List<Finding> facts = new ArrayList<>();
    for (String name : settings.tasks()) {
      try (Arena arena = Arena.open(run.data(), settings.task(name))) {
        DsmResults results = compete(run, arena, name, settings.seeds());
        all.add(results);
        facts.add(report(run, arena, name, results, settings.pictures()));
      }
    }
    List<Finding> findings = new ArrayList<>();
    DsmResults decisive = all.get(all.size() - 1);
    findings.add(decisive.selection(true));
    findings.add(decisive.mixing());
    for (DsmResults results : all.subList(0, all.size() - 1)) {
      findings.add(results.selection(false));
      findings.add(results.mixing());
    }
    findings.add(facts.get(facts.size() - 1));
    return findings;
  }

  private static DsmResults compete(StudyRun run, Arena arena, String name, int seeds)
      throws IOException {
    Map<Selection, List<JsonNode>> trials = new EnumMap<>(Selection.class);
    for (Selection selection : Selection.values()) {
      List<JsonNode> results = new ArrayList<>();
      for (int i = 0; i < seeds; i++) {
        JsonNode result =
            run.trial(name + "-" + selection.key(), i, trial -> arena.run(selection, trial));
        check(run, name + "-" + selection.key() + "-s" + (run.seed() + i), result);
        results.add(result);
      }
      trials.put(selection, results);
    }
    return new DsmResults(arena.images().name(), trials);
  }

  private static void check(StudyRun run, String trial, JsonNode result) {
    JsonNode losses = result.get("loss");
    double first = losses.get(0).asDouble();
    double last = losses.get(losses.size() - 1).asDouble();
    run.check(
        String.format(
            Locale.ROOT,
            "%s: the training loss falls, from %.3f in the first epoch to %.3f in the last.",
            trial,
            first,
            last),
        last < first || losses.size() == 1);
  }

  private static Finding report(
      StudyRun run, Arena arena, String name, DsmResults results, int pictures) throws IOException {
    run.report().section("Accuracy on " + results.name());
    run.report()
        .paragraph(
            arena
                    .images()
                    .describe(
                        arena.images().describeAugmentation(arena.task().augment()),
                        arena.task().recipe().epochs(),
                        arena.task().recipe().batch(),
                        results.seeds())
                + " The networks differ in nothing but the mixing.");
    run.result(results.table());
    run.report().charts(results.curves(), results.bars());
    run.compare(
        "top-1 (%) on " + results.name(), "83.8 (ImageNet-1K, a large network)", results.summary());
    try (ImageModel model = arena.create(Selection.DYNAMIC, new Rng(0))) {
      run.load(name + "-" + Selection.DYNAMIC.key() + "-s" + run.seed(), model);
      model.eval();
      BandPictures shown = BandPictures.of(model, arena, pictures);
      if (pictures > 0) {
        shown.write(run.report());
      }
      return shown.finding();
    }
  }
}
