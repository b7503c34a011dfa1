package dev.melange.papers.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** The work of a trial. */
@FunctionalInterface
public interface TrialBody {
  /**
   * Does the work.
   *
   * @param trial its seed, its folder and its trainings
   * @return all that the verdict, the tables and the charts need of it; no durations, which would
   *     differ from run to run
   */
  ObjectNode run(Trial trial) throws IOException;
}
