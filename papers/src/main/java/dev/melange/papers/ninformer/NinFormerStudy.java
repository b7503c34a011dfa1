package dev.melange.papers.ninformer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.component.Configs;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * NiNformer against its own inner network without the gating, at the same depth and at about the
 * same number of parameters; at scale full with the paper's recipe, and against a ViT, too.
 */
final class NinFormerStudy implements Study {
  private static final int PICTURES = 6;

  @Override
  public String question() {
    return "Does a gate made by mixing tokens beat the static mixing of MLP-Mixer, at the same depth and at about the same number of parameters?";
  }

  @Override
  public Record settings(Scale scale) {
    return NinFormerSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    NinFormerSettings settings = run.settings(NinFormerSettings.class);
    List<Arena> arenas = new ArrayList<>();
    int trials = 0;
    for (String name : settings.data()) {
      Arena arena = Arena.load(run.data(), name, settings);
      arenas.add(arena);
      trials += Variant.of(arena.task()).size() * settings.seeds();
    }
    run.expect(trials);
    List<Results> all = new ArrayList<>();
    for (Arena arena : arenas) {
      all.add(compete(run, arena, settings.seeds()));
    }
    ComputeCost cost = ComputeCost.measure();
    for (Results results : all) {
      report(run, results);
    }
    run.report().section("Cost of the gate");
    run.result(cost.table());
    run.report().charts(cost.chart());
    compareWithThePaper(run, all, cost);
    return findings(all, cost);
  }

  private static Results compete(StudyRun run, Arena arena, int seeds) throws IOException {
    Map<Variant, List<JsonNode>> trials = new EnumMap<>(Variant.class);
    for (Variant variant : Variant.of(arena.task())) {
      List<JsonNode> results = new ArrayList<>();
      for (int i = 0; i < seeds; i++) {
        JsonNode result = run.trial(id(arena, variant), i, trial -> arena.run(variant, trial));
        checkLearned(run, arena, variant, i, result);
        results.add(result);
      }
      trials.put(variant, results);
    }
    return new Results(arena, trials);
  }

  private static String id(Arena arena, Variant variant) {
    return arena.name() + "-" + variant.key();
  }

  private static void checkLearned(
      StudyRun run, Arena arena, Variant variant, int repetition, JsonNode result) {
    JsonNode losses = result.get("loss_by_epoch");
    double last = losses.get(losses.size() - 1).asDouble();
    double guessing = Math.log(arena.train().classes().size());
    run.check(
        String.format(
            Locale.ROOT,
            "%s-s%d: the last epoch's training loss %.3f is below that of guessing, %.3f.",
            id(arena, variant),
            run.seed() + repetition,
            last,
            guessing),
        last < guessing);
  }

  private static void report(StudyRun run, Results results) throws IOException {
    Arena arena = results.arena();
    run.report().section("Accuracy on " + arena.name());
    run.result(results.table());
    run.report().charts(results.curves());
    try (NinFormer model = new NinFormer(arena.config(Variant.NINFORMER), new Rng(0))) {
      run.load(id(arena, Variant.NINFORMER) + "-s" + run.seed(), model);
      model.to(Engine.get().device());
      run.report()
          .paragraph(
              "The gates of the first trained NiNformer. They change with the image; the weights with which a Mixer mixes tokens do not.")
          .images(GatePictures.grid(model, arena, Math.min(PICTURES, arena.test().size())));
    }
  }

  private static void compareWithThePaper(StudyRun run, List<Results> all, ComputeCost cost) {
    for (Results results : all) {
      StringBuilder here = new StringBuilder();
      for (Variant variant : results.trials().keySet()) {
        here.append(here.isEmpty() ? "" : "; ")
            .append(variant.title())
            .append(
                String.format(
                    Locale.ROOT, ": %.2f", Summary.of(results.accuracies(variant)).mean()));
      }
      run.compare(
          "top-1 (%) on " + results.arena().name(),
          "better than ViT, MLP-Mixer and Local-ViT; no figures in the abstract",
          here.toString());
    }
    try (NinFormer published = new NinFormer(Configs.defaults(NinFormerConfig.class), new Rng(0))) {
      run.compare(
          "parameters of the network for CIFAR-10",
          "2,652,170 (official code)",
          String.format(Locale.ROOT, "%,d", published.parameterCount()));
    }
    run.compare(
        "computation of a block",
        "less than attention; no figures in the abstract",
        cost.finding().reasons().get(0));
  }

  private static List<Finding> findings(List<Results> all, ComputeCost cost) {
    List<Finding> findings = new ArrayList<>();
    findings.add(all.get(all.size() - 1).main());
    for (Results results : all) {
      for (Variant variant : results.trials().keySet()) {
        if (variant != Variant.NINFORMER) {
          findings.add(results.against(variant));
        }
      }
    }
    findings.add(cost.finding());
    return findings;
  }
}
