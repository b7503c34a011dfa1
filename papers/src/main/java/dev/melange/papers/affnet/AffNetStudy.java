package dev.melange.papers.affnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.ImageTraining;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One network with adaptive filters, without filters, and with filters that are learned but the
 * same for all images; with the same data, budget and seeds.
 */
final class AffNetStudy implements Study {
  @Override
  public String question() {
    return "Does a filter made from the image mix tokens better than a fixed filter, and than no mixing at all?";
  }

  @Override
  public Record settings(Scale scale) {
    return AffNetSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    AffNetSettings settings = run.settings(AffNetSettings.class);
    try (StudyImages images = StudyImages.open(run.data(), settings.images())) {
      List<StudyRun.Planned> planned = new ArrayList<>();
      for (String variant : settings.variants()) {
        Filtering filtering = Filtering.of(variant);
        for (int i = 0; i < settings.seeds(); i++) {
          planned.add(
              new StudyRun.Planned(variant, i, trial -> train(trial, settings, filtering, images)));
        }
      }
      run.expect(planned.size());
      Map<Filtering, List<JsonNode>> trials = new EnumMap<>(Filtering.class);
      List<ObjectNode> results = run.trials(planned);
      for (int i = 0; i < planned.size(); i++) {
        Filtering filtering = Filtering.of(planned.get(i).variant());
        trials.computeIfAbsent(filtering, any -> new ArrayList<>()).add(results.get(i));
        check(run, planned.get(i), results.get(i), images.classes().size());
      }
      AffNetResults outcome = new AffNetResults(trials);
      FilterFacts facts = new AffNetReport(run, settings, images, outcome).write();
      List<Finding> findings = new ArrayList<>(outcome.findings());
      findings.add(facts.finding());
      return findings;
    }
  }

  private static ObjectNode train(
      Trial trial, AffNetSettings settings, Filtering filtering, StudyImages images)
      throws IOException {
    try (ImageModel model =
        StudyNetwork.create(settings, filtering, images, new Rng(trial.seed()))) {
      ObjectNode result = new ImageTraining(images, settings.recipe()).run(trial, model);
      trial.save(model, "aff-net-study-" + filtering.key(), settings);
      return result;
    }
  }

  private static void check(StudyRun run, StudyRun.Planned planned, JsonNode result, int classes) {
    JsonNode losses = result.get("loss");
    double last = losses.get(losses.size() - 1).asDouble();
    double guessing = Math.log(classes);
    run.check(
        String.format(
            Locale.ROOT,
            "%s-s%d: the last epoch's training loss %.3f is below that of guessing, %.3f.",
            planned.variant(),
            run.seed() + planned.repetition(),
            last,
            guessing),
        last < guessing);
  }
}
