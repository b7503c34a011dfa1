package dev.melange.papers.mambamixer;

import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What selection adds: along channels of images, in copying, and in forecasts; and whether learning
 * to average earlier features helps.
 */
final class MambaMixerStudy implements Study {
  @Override
  public String question() {
    return "Does selecting along channels help beyond mixing tokens there, does selection along tokens, and does TSM2 beat a linear forecaster?";
  }

  @Override
  public Record settings(Scale scale) {
    return MambaMixerSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MambaMixerSettings settings = run.settings(MambaMixerSettings.class);
    int trials = 0;
    for (String part : settings.parts()) {
      trials +=
          switch (part) {
            case "vision" -> VisionPart.trials(settings.vision());
            case "copying" -> CopyingPart.trials(settings.copying());
            default -> SeriesPart.trials(settings.series());
          };
    }
    run.expect(trials);
    List<Finding> findings = new ArrayList<>();
    for (String part : settings.parts()) {
      boolean main = findings.isEmpty();
      findings.addAll(
          switch (part) {
            case "vision" -> new VisionPart(run, settings.vision()).run(main);
            case "copying" -> new CopyingPart(run, settings.copying()).run(main);
            default -> new SeriesPart(run, settings.series()).run(main);
          });
    }
    return findings;
  }
}
