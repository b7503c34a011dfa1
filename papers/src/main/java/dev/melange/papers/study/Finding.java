package dev.melange.papers.study;

import java.util.List;

/**
 * One judged claim of a study.
 *
 * @param claim the sentence that was tested
 * @param verdict what the numbers say
 * @param reasons the criteria with their numbers, one sentence each
 * @param main whether this is the study's own criterion; further findings judge the paper's wording
 *     or side questions
 */
public record Finding(String claim, Verdict verdict, List<String> reasons, boolean main) {
  /** Copies the reasons. */
  public Finding {
    reasons = List.copyOf(reasons);
  }
}
