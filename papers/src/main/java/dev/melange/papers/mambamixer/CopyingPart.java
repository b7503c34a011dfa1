package dev.melange.papers.mambamixer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrainingFigures;
import dev.melange.papers.study.Trial;
import dev.melange.report.Chart;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Selective copying with Mamba blocks and with the same blocks without selection. */
final class CopyingPart {
  private static final String SELECTIVE = "B, C and dt from the input";
  private static final String INVARIANT = "B, C and dt learned, the same for all inputs";
  private static final int TESTS = 500;
  private static final int TEST_BATCH = 250;
  private static final long TEST_SEED = 1_000_003;

  private final StudyRun run;
  private final MambaMixerSettings.Copying settings;
  private final Contest contest = new Contest("accuracy", "%.2f", true);

  CopyingPart(StudyRun run, MambaMixerSettings.Copying settings) {
    this.run = run;
    this.settings = settings;
  }

  /** How many networks are trained. */
  static int trials(MambaMixerSettings.Copying settings) {
    return 2 * settings.seeds();
  }

  private static String id(boolean selective) {
    return selective ? "copying-selective" : "copying-invariant";
  }

  /** Trains all, reports, and says what was found. */
  List<Finding> run(boolean main) throws IOException {
    for (boolean selective : new boolean[] {true, false}) {
      for (int i = 0; i < settings.seeds(); i++) {
        ObjectNode result = run.trial(id(selective), i, trial -> train(selective, trial));
        contest.add(selective ? SELECTIVE : INVARIANT, result);
        double[] losses = Contest.doubles(result.get("loss_by_epoch"));
        run.check(
            "%s-s%d: the training loss fell.".formatted(id(selective), run.seed() + i),
            losses[losses.length - 1] < losses[0]);
      }
    }
    report();
    return List.of(
        contest.ahead(
            "Selection makes copying %d marked symbols out of %d places possible: a block with input-dependent coefficients is ahead of one without by more than the spread of the seeds."
                .formatted(settings.marked(), settings.noise()),
            SELECTIVE,
            INVARIANT,
            main));
  }

  private ObjectNode train(boolean selective, Trial trial) throws IOException {
    try (Scope scope = Scope.open();
        CopyNet model = new CopyNet(settings, selective, new Rng(trial.seed()))) {
      model.to(Engine.get().device());
      Rng rng = new Rng(trial.seed()).fork(1);
      Minibatches train =
          Minibatches.shuffled(
              CopyNet.sequences(settings, settings.train(), rng), settings.batch(), trial.seed());
      Minibatches test =
          Minibatches.inOrder(CopyNet.sequences(settings, TESTS, new Rng(TEST_SEED)), TEST_BATCH);
      long steps = (long) settings.epochs() * train.batches();
      List<ParameterGroup> groups =
          ParameterGroup.noDecayOnVectors(model, 0, name -> name.endsWith("_log"));
      TrainingResult result;
      try (Optimizer adamW = Adam.adamW(groups)) {
        result =
            trial.train(
                Trainer.of(
                        model,
                        batch ->
                            Losses.crossEntropy(
                                model.forward(batch.get("tokens")),
                                batch.get("label").flatten(0, 1)))
                    .data(train)
                    .optimizer(adamW)
                    .schedule(Schedule.cosine(settings.learning_rate(), 0, 0, steps, 0))
                    .epochs(settings.epochs())
                    .clipNorm(1)
                    .metrics(() -> Map.of("accuracy", model.accuracy(test)))
                    .seed(trial.seed()));
      }
      trial.save(model, id(selective), settings);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", model.parameterCount());
      TrainingFigures.putEpochs(json, "loss_by_epoch", result);
      json.put("accuracy", result.last().metrics().get("accuracy"));
      return json;
    }
  }

  private void report() throws IOException {
    run.report()
        .section("Selective copying")
        .paragraph(
            "%d of %d symbols lie at random places among noise and are to be named in order after the end. The places differ from sequence to sequence, so a filter that treats all inputs alike cannot pick them out. The sequences are generated."
                .formatted(settings.marked(), settings.symbols()));
    run.result(
        contest.table(
            "Symbols named rightly, in %%: sequences of %d places, %d test sequences, %d seeds"
                .formatted(settings.noise(), TESTS, settings.seeds()),
            "block"));
    run.report().charts(contest.curves("Symbols named rightly (%)"), stepSizes());
    run.compare(
        "selective copying", "not in the paper; Mamba's reason for selection", contest.describe());
  }

  private Chart stepSizes() throws IOException {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad();
        CopyNet model = new CopyNet(settings, true, new Rng(0))) {
      run.load(id(true) + "-s" + run.seed(), model);
      Map<String, Tensor> one = CopyNet.sequences(settings, 1, new Rng(TEST_SEED));
      double[] steps = model.stepSizes(one.get("tokens")).get(0).toDoubles();
      long[] tokens = one.get("tokens").toLongs();
      double[] places = new double[steps.length];
      double[] marked = new double[settings.marked()];
      double[] heights = new double[settings.marked()];
      int found = 0;
      for (int i = 0; i < steps.length; i++) {
        places[i] = i + 1;
        if (tokens[i] < settings.symbols()) {
          marked[found] = i + 1;
          heights[found++] = steps[i];
        }
      }
      return Chart.xy("Step sizes of the first block for one test sequence")
          .x("place in the sequence")
          .y("mean dt of the channels")
          .line("all places", places, steps)
          .points("marked symbols", marked, heights)
          .build();
    }
  }
}
