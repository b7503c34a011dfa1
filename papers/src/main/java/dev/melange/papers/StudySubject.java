package dev.melange.papers;

import dev.melange.papers.study.Study;

/** What a study is about: a paper's claim, or a question across papers. */
public interface StudySubject {
  /** The key that {@code melange run} takes: lower-case words joined by dashes. */
  String key();

  /** The title of the study's report. */
  String title();

  /** The experiment. */
  Study study();
}
