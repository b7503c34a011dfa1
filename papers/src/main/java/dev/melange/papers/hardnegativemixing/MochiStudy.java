package dev.melange.papers.hardnegativemixing;

import dev.melange.papers.hardnegativemixing.MochiArena.Variant;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Do negatives mixed in feature space make better features than MoCo-v2's queue alone, with the
 * same budget? With the class oracle, that knows which negatives are false, as an upper bound.
 */
final class MochiStudy implements Study {
  static final String DIGITS = "digits-";
  static final String IMAGES = "images-";
  static final List<Variant> DIGIT_VARIANTS =
      List.of(
          MochiArena.MOCO,
          MochiArena.MOCHI,
          MochiArena.PAIRS,
          MochiArena.ORACLE,
          MochiArena.MOCHI_ORACLE);
  static final List<Variant> IMAGE_VARIANTS =
      List.of(MochiArena.MOCO, MochiArena.MOCHI, MochiArena.ORACLE);

  @Override
  public String question() {
    return "Do hard negatives mixed in feature space give better features than MoCo-v2 with the same budget?";
  }

  @Override
  public Record settings(Scale scale) {
    return MochiSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MochiSettings settings = run.settings(MochiSettings.class);
    try (Scope scope = Scope.open()) {
      MochiArena digits = new MochiArena(settings.digits(), run.data());
      MochiArena images = new MochiArena(settings.images(), run.data());
      List<StudyRun.Planned> planned = new ArrayList<>();
      plan(planned, DIGITS, digits, DIGIT_VARIANTS, settings.seeds() + settings.fresh_seeds());
      plan(planned, IMAGES, images, IMAGE_VARIANTS, settings.image_seeds());
      run.expect(planned.size());
      TrialResults trials = TrialResults.run(run, planned);
      new MochiReport(run, settings, trials).write(digits.classes().size());
      return new MochiFindings(settings, trials).all();
    }
  }

  private static void plan(
      List<StudyRun.Planned> planned,
      String prefix,
      MochiArena arena,
      List<Variant> variants,
      int repetitions) {
    for (Variant variant : variants) {
      for (int i = 0; i < repetitions; i++) {
        boolean picture = i == 0 && variant.equals(MochiArena.MOCHI);
        planned.add(
            new StudyRun.Planned(
                prefix + variant.name(), i, trial -> arena.run(trial, variant, picture)));
      }
    }
  }
}
