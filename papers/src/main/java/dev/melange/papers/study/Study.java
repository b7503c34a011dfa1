package dev.melange.papers.study;

import java.io.IOException;
import java.util.List;

/**
 * A paper's claim as an experiment: method and baselines with the same budget, several seeds, a
 * metric, and a verdict computed from the numbers.
 *
 * <p>A study consists of trials ({@link StudyRun#trial}): independent pieces of work, usually one
 * training of one variant with one seed, each with a small JSON result. A finished trial is never
 * run again, and a trial that was interrupted resumes from its training's checkpoint.
 */
public interface Study {
  /** The question that the study asks, in one sentence. */
  String question();

  /** The settings at a scale: a record, so that {@code --set key=value} can change them. */
  Record settings(Scale scale);

  /**
   * Runs the study: trains or loads what is not there yet, fills the report, and judges.
   *
   * @param run settings, data, trials and report of this run
   * @return the judged claims, exactly one of them {@link Finding#main}; at scale {@link
   *     Scale#SMOKE} they are not meaningful
   */
  List<Finding> run(StudyRun run) throws IOException;
}
