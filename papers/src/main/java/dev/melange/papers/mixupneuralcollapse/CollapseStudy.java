package dev.melange.papers.mixupneuralcollapse;

import dev.melange.data.image.Normalize;
import dev.melange.papers.mixupneuralcollapse.CollapseSettings.Arena;
import dev.melange.papers.mixupneuralcollapse.CollapseTrial.Way;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.TrialResults;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What shape do last-layer features take under mixup? Networks trained with and without it, how far
 * they collapse, where the features of mixed images lie, and what the unconstrained features model
 * predicts.
 */
final class CollapseStudy implements Study {
  static final String SMALL = "small-";
  static final String IMAGES = "images-";
  static final List<Way> IMAGE_WAYS = List.of(Way.PLAIN, Way.MIXUP, Way.SQUARED);

  @Override
  public String question() {
    return "Under mixup, do features of mixtures within a class line up with the classifier while those of two classes bend along the boundary?";
  }

  @Override
  public Record settings(Scale scale) {
    return CollapseSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    CollapseSettings settings = run.settings(CollapseSettings.class);
    try (Scope scope = Scope.open()) {
      SmallImages small = load(run, settings.small());
      SmallImages images = load(run, settings.images());
      List<StudyRun.Planned> planned = new ArrayList<>();
      plan(
          planned,
          SMALL,
          new CollapseTrial(settings.small(), small, settings.mixtures()),
          List.of(Way.values()),
          settings.seeds() + settings.fresh_seeds());
      plan(
          planned,
          IMAGES,
          new CollapseTrial(settings.images(), images, settings.mixtures()),
          IMAGE_WAYS,
          settings.seeds());
      run.expect(planned.size());
      TrialResults trials = TrialResults.run(run, planned);
      new CollapseReport(run, settings, trials).write(small.classes(), images.classes());
      return new CollapseFindings(settings, trials).all();
    }
  }

  private static SmallImages load(StudyRun run, Arena arena) throws IOException {
    SmallImages images =
        SmallImages.load(
            run.data(), arena.data(), arena.side(), arena.train_images(), arena.test_images());
    return arena.isMlp() ? unit(images) : images;
  }

  /** The same images with values from 0 to 1, as the fully connected network gets them. */
  private static SmallImages unit(SmallImages images) {
    return new SmallImages(
        unit(images.train(), images.normalize()),
        images.trainLabels(),
        unit(images.test(), images.normalize()),
        images.testLabels(),
        Normalize.UNIT,
        images.classes());
  }

  private static Tensor unit(Tensor images, Normalize normalize) {
    long channels = normalize.mean().length;
    return images
        .mul(Tensor.of(normalize.std(), 1, channels, 1, 1))
        .add(Tensor.of(normalize.mean(), 1, channels, 1, 1));
  }

  private static void plan(
      List<StudyRun.Planned> planned,
      String prefix,
      CollapseTrial body,
      List<Way> ways,
      int repetitions) {
    for (Way way : ways) {
      for (int i = 0; i < repetitions; i++) {
        boolean view = i == 0;
        planned.add(
            new StudyRun.Planned(prefix + way.key(), i, trial -> body.run(trial, way, view)));
      }
    }
  }
}
