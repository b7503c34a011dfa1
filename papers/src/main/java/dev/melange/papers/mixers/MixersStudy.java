package dev.melange.papers.mixers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.Resize;
import dev.melange.nn.ImageModel;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.ImageEvaluation;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.ModelChoice;
import dev.melange.papers.ModelCost;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Engine;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trains all contenders on the same images with the same budget, several at a time. */
final class MixersStudy implements Study {
  private static final double CLIP = 5;
  private static final int CHANNELS = 3;
  private static final int EVALUATION_BATCH = 100;

  @Override
  public String question() {
    return "With the same images, epochs and batches, how much does the way of mixing tokens decide what a small image classifier learns, and at what cost?";
  }

  @Override
  public Record settings(Scale scale) {
    return MixersSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MixersSettings settings = run.settings(MixersSettings.class);
    List<ModelChoice> contenders = settings.contenders();
    try (StudyImages images = StudyImages.open(run.data(), settings.images())) {
      List<StudyRun.Planned> planned = new ArrayList<>();
      for (ModelChoice contender : contenders) {
        for (int i = 0; i < settings.seeds(); i++) {
          boolean keep = i == 0;
          planned.add(
              new StudyRun.Planned(
                  name(contender), i, trial -> train(trial, settings, images, contender, keep)));
        }
      }
      run.expect(planned.size());
      List<ObjectNode> results = run.trials(planned);
      List<MixersResults.Row> rows = new ArrayList<>();
      for (int c = 0; c < contenders.size(); c++) {
        int from = c * settings.seeds();
        List<ObjectNode> own = results.subList(from, from + settings.seeds());
        rows.add(new MixersResults.Row(contenders.get(c), name(contenders.get(c)), own));
        check(run, contenders.get(c), own);
      }
      MixersResults all = new MixersResults(settings, images, rows);
      all.report(run);
      return all.findings();
    }
  }

  /** The trial's name. */
  private static String name(ModelChoice contender) {
    return contender.text().replaceAll("[^A-Za-z0-9._=-]", "-");
  }

  private static void check(StudyRun run, ModelChoice contender, List<ObjectNode> results) {
    for (ObjectNode result : results) {
      double first = result.get("loss").get(0).asDouble();
      double last = result.get("loss").get(result.get("loss").size() - 1).asDouble();
      run.check(
          String.format(
              Locale.ROOT,
              "%s: the training loss falls, from %.3f in the first epoch to %.3f in the last.",
              contender.text(),
              first,
              last),
          last < first || result.get("loss").size() == 1);
    }
  }

  private static ObjectNode train(
      Trial trial, MixersSettings settings, StudyImages images, ModelChoice contender, boolean keep)
      throws IOException {
    int classes = images.classes().size();
    try (ImageModel model = contender.create(CHANNELS, settings.size(), classes, trial.seed())) {
      ModelCost cost = ModelCost.of(model, CHANNELS, settings.size(), settings.size());
      model.to(Engine.get().device());
      Minibatches train =
          ImageBatches.training(
              images.train(),
              seen(images.training(), settings, images),
              settings.batch(),
              trial.seed());
      Minibatches test =
          ImageBatches.evaluation(
              images.test(), seen(images.evaluation(), settings, images), EVALUATION_BATCH);
      long total = Math.max(2, (long) settings.epochs() * train.batches());
      TrainingResult result;
      try (Optimizer adam =
          Adam.adamW(
              ParameterGroup.noDecayOnVectors(model, settings.weight_decay(), name -> false))) {
        result =
            trial.train(
                Trainer.of(model, new ImageLoss(model, settings.smoothing()))
                    .data(train)
                    .optimizer(adam)
                    .schedule(
                        Schedule.cosine(
                            settings.lr(),
                            Math.max(1, total / 10),
                            settings.lr() / 100,
                            total,
                            settings.lr() / 100))
                    .epochs(settings.epochs())
                    .clipNorm(CLIP)
                    .wholeBatch()
                    .seed(trial.seed()));
      }
      model.eval();
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("accuracy", ImageEvaluation.of(model, test).accuracy(1));
      json.put("parameters", cost.parameters());
      json.put("macs", cost.macs());
      json.put("activation_bytes", cost.activationBytes());
      ArrayNode losses = json.putArray("loss");
      result.history().forEach(epoch -> losses.add(epoch.loss()));
      if (keep) {
        trial.save(model, contender.model(), null);
      }
      return json;
    }
  }

  /** Images as all networks can see them: in colour, and those of small sets enlarged. */
  private static Pipeline seen(Pipeline pipeline, MixersSettings settings, StudyImages images) {
    Pipeline colour =
        images.channels() == CHANNELS
            ? pipeline
            : pipeline.then((image, draws) -> image.withChannels(CHANNELS));
    return images.size() == settings.size()
        ? colour
        : colour.then(new Resize(settings.size(), settings.size(), Resize.Filter.BILINEAR));
  }
}
