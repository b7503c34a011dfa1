package dev.melange.cli;

import java.util.List;

/** What a comparison of trainings of image classifiers was asked to do. */
interface ComparisonSettings {
  /** Trainings of each contender. */
  int seeds();

  /** The settings that all contenders share. */
  ImageTraining training();

  /** What is compared. */
  List<ImageComparison.Contender> contenders();
}
