package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.nn.Linear;
import dev.melange.papers.Card;
import dev.melange.papers.Claim;
import dev.melange.papers.Paper;
import dev.melange.report.Table;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** A linear classifier of digits at two learning rates: a study of two short trainings. */
final class ToyPaper implements Paper {
  record Settings(int epochs, int batch, int seeds, boolean side_by_side) {
    Settings {
      if (epochs < 2) {
        throw new IllegalArgumentException("epochs must be at least 2, got " + epochs);
      }
    }
  }

  @Override
  public String key() {
    return "toy";
  }

  @Override
  public List<Component> components() {
    return List.of();
  }

  @Override
  public Card card() {
    return new Card(
        "toy",
        "Learning rates matter",
        1,
        List.of(),
        null,
        LocalDate.of(2026, 1, 2),
        List.of(),
        "A linear model of digits.",
        List.of(new Claim("A learning rate can be too small.", "90 %", "table 1")));
  }

  @Override
  public Study study() {
    return new ToyStudy();
  }

  private static final class ToyStudy implements Study {
    @Override
    public String question() {
      return "Does a larger learning rate learn digits faster?";
    }

    @Override
    public Record settings(Scale scale) {
      return scale == Scale.SMOKE ? new Settings(3, 100, 1, false) : new Settings(12, 50, 2, false);
    }

    @Override
    public List<Finding> run(StudyRun run) throws IOException {
      Settings settings = run.settings(Settings.class);
      run.expect(2 * settings.seeds());
      PackedImages images = ImageSets.load(run.data(), "digits", true);
      Pipeline pipeline = Pipeline.of(Normalize.of(images));
      if (settings.side_by_side()) {
        return sideBySide(run, settings, images, pipeline);
      }
      double[] losses = new double[2];
      Table.Builder table = Table.titled("Loss").text("rate").number("loss", "%.3f");
      for (int rate = 0; rate < 2; rate++) {
        double learningRate = rate == 0 ? 1e-4 : 1e-2;
        for (int i = 0; i < settings.seeds(); i++) {
          ObjectNode result =
              run.trial(
                  rate == 0 ? "small" : "large",
                  i,
                  trial -> train(trial, settings, images, pipeline, learningRate));
          losses[rate] += result.get("loss").asDouble() / settings.seeds();
          run.check(
              "the loss of %s fell to %s".formatted(learningRate, result.get("loss")),
              result.get("loss").asDouble() < result.get("first_loss").asDouble());
        }
        table.row(String.valueOf(learningRate), losses[rate]);
      }
      run.result(table.build());
      run.compare("loss", "0.1", String.valueOf(losses[1]));
      Verdict verdict = losses[1] < losses[0] ? Verdict.HOLDS : Verdict.FAILS;
      return List.of(
          new Finding(
              "A larger rate ends lower.", verdict, List.of(losses[1] + " < " + losses[0]), true));
    }

    private static List<Finding> sideBySide(
        StudyRun run, Settings settings, PackedImages images, Pipeline pipeline)
        throws IOException {
      List<ObjectNode> results =
          run.trials(
              List.of(
                  new StudyRun.Planned(
                      "small", 0, trial -> train(trial, settings, images, pipeline, 1e-4)),
                  new StudyRun.Planned(
                      "large", 0, trial -> train(trial, settings, images, pipeline, 1e-2))));
      double gain = results.get(0).get("loss").asDouble() - results.get(1).get("loss").asDouble();
      Verdict verdict = gain > 0 ? Verdict.HOLDS : Verdict.FAILS;
      return List.of(
          new Finding("A larger rate ends lower.", verdict, List.of(gain + " > 0"), true));
    }

    private static ObjectNode train(
        Trial trial, Settings settings, PackedImages images, Pipeline pipeline, double rate)
        throws IOException {
      Minibatches train = ImageBatches.training(images, pipeline, settings.batch(), trial.seed());
      try (Linear model = new Linear(64, 10, new Rng(trial.seed()))) {
        TrainingResult result =
            trial.train(
                Trainer.of(
                        model,
                        batch ->
                            Losses.crossEntropy(
                                model.forward(batch.get("image").flatten(1, -1)),
                                batch.get("label")))
                    .data(train)
                    .learningRate(rate)
                    .metrics(() -> Map.of("bias", model.bias().abs().sum().item()))
                    .epochs(settings.epochs())
                    .seed(trial.seed()));
        trial.save(model, "linear", settings);
        return JsonNodeFactory.instance
            .objectNode()
            .put("first_loss", result.history().get(0).loss())
            .put("loss", result.last().loss());
      }
    }
  }

  /** A new run below a folder. */
  static RunFolder begin(Path out, Scale scale, Map<String, String> settings) throws IOException {
    ToyPaper paper = new ToyPaper();
    return RunFolder.create(
        out,
        RunConfig.of(
            "toy",
            scale,
            7,
            StudyRunner.settings(paper, scale, settings),
            Map.of(),
            dev.melange.tensor.Engine.get().plan()));
  }
}
