package dev.melange.papers.mixers;

import dev.melange.papers.StudySubject;
import dev.melange.papers.study.Study;

/** The study {@code mixers}: the image models of the catalogue beside one another. */
public final class MixersComparison implements StudySubject {
  @Override
  public String key() {
    return "mixers";
  }

  @Override
  public String title() {
    return "Token mixers at CIFAR-10 scale";
  }

  @Override
  public Study study() {
    return new MixersStudy();
  }
}
