package dev.melange.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Component;
import dev.melange.nn.Linear;
import dev.melange.papers.Card;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Claim;
import dev.melange.papers.Paper;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Table;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;

/** A study of two trials that train nothing, for tests of the command. */
final class ToyPaper implements Paper {
  /** {@code work} steps per trial; 0 for as many as it takes until the user stops it. */
  record Settings(int work, String verdict, boolean sound) {}

  /** Has the command line know this paper as well. */
  static void addTo(CommandLine commandLine) {
    commandLine.getCommandSpec().removeSubcommand("run");
    commandLine.addSubcommand(
        new RunCommand(key -> key.equals("toy") ? new ToyPaper() : Catalogue.study(key)));
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
        "Counting",
        1,
        List.of(),
        null,
        LocalDate.of(2026, 1, 2),
        List.of(),
        "Counts.",
        List.of(new Claim("Counting works.", null, "abstract")));
  }

  @Override
  public Study study() {
    return new Study() {
      @Override
      public String question() {
        return "Can it count?";
      }

      @Override
      public Record settings(Scale scale) {
        return new Settings(scale == Scale.SMOKE ? 3 : 5, "holds", true);
      }

      @Override
      public List<Finding> run(StudyRun run) throws IOException {
        Settings settings = run.settings(Settings.class);
        run.data().where("photos");
        run.expect(2);
        long sum = 0;
        for (String id : List.of("first", "second")) {
          sum += run.trial(id, trial -> count(trial, settings.work())).get("count").asLong();
        }
        run.result(Table.titled("Counts").text("what").number("sum", "%d").row("all", sum).build());
        run.check("it counted to " + sum, settings.sound());
        return List.of(
            new Finding(
                "It can count.",
                Verdict.valueOf(settings.verdict().toUpperCase(Locale.ROOT)),
                List.of("The sum is " + sum + "."),
                true));
      }
    };
  }

  private static ObjectNode count(Trial trial, int work) throws IOException {
    // The second trial is the one that may not end.
    boolean endless = work == 0 && trial.id().equals("second");
    long total = endless ? Long.MAX_VALUE : Math.max(1, work);
    for (long step = 0; step < total; step++) {
      trial.progress(step, total);
    }
    try (Linear model = new Linear(2, 1, new Rng(trial.seed()))) {
      trial.save(model, "line", null);
    }
    return JsonNodeFactory.instance.objectNode().put("count", total);
  }
}
