package dev.melange.papers.stripmlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.ImageModel;
import dev.melange.papers.study.ClassifierRecipe;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Strip-MLP against an MLP-Mixer of about as many parameters on few images, with strips that see
 * their neighbours and with strips that do not.
 */
final class StripStudy implements Study {
  @Override
  public String question() {
    return "On a small data set, does mixing strips of tokens beat an MLP-Mixer of the same size - and does it matter that a strip sees its neighbours?";
  }

  @Override
  public Record settings(Scale scale) {
    return StripSettings.at(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    StripSettings settings = run.settings(StripSettings.class);
    try (StudyImages images = open(run, settings)) {
      List<Contestant> contestants = settings.variants().stream().map(Contestant::of).toList();
      run.expect(contestants.size() * settings.seeds());
      List<StudyRun.Planned> planned = new ArrayList<>();
      for (Contestant contestant : contestants) {
        Record config = config(contestant, settings, images);
        for (int i = 0; i < settings.seeds(); i++) {
          boolean keep = i == 0;
          planned.add(
              new StudyRun.Planned(
                  contestant.key(),
                  i,
                  trial -> train(trial, contestant, config, settings.recipe(), images, keep)));
        }
      }
      List<ObjectNode> results = run.trials(planned);
      Map<Contestant, List<JsonNode>> outcomes = new EnumMap<>(Contestant.class);
      for (int i = 0; i < results.size(); i++) {
        Contestant contestant = contestants.get(i / settings.seeds());
        outcomes.computeIfAbsent(contestant, key -> new ArrayList<>()).add(results.get(i));
      }
      StripResults comparison = new StripResults(outcomes);
      ImageResults networks = comparison.networks(settings, images);
      networks.check(run);
      new StripReport(run, settings, images, comparison, networks).write();
      return comparison.findings();
    }
  }

  private static StudyImages open(StudyRun run, StripSettings settings) throws IOException {
    StudyImages images = StudyImages.open(run.data(), settings.choice());
    return settings.size() == 0 ? images : images.resizedTo(settings.size(), settings.choice());
  }

  /** The configuration of a contestant for the images. */
  static Record config(Contestant contestant, StripSettings settings, StudyImages images) {
    return contestant.config(
        settings.network(), images.channels(), images.size(), images.classes().size());
  }

  private static ObjectNode train(
      Trial trial,
      Contestant contestant,
      Record config,
      ClassifierRecipe recipe,
      StudyImages images,
      boolean keep)
      throws IOException {
    try (ImageModel model = Contestant.create(config, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      ObjectNode json =
          recipe.train(trial, contestant.key(), model, ClassifierRecipe.Data.of(images));
      if (keep) {
        trial.save(model, contestant.key(), config);
      }
      return json;
    }
  }
}
