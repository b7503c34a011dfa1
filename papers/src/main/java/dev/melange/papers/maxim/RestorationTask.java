package dev.melange.papers.maxim;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is wrong with a photograph, and what restoring it is called. */
public enum RestorationTask {
  /** Camera noise. */
  DENOISE("maxim_s3", Degradation.Config.noise(25.0 / 255)),
  /** Motion blur. */
  DEBLUR("maxim_s3", Degradation.Config.blur(9, 30)),
  /** Rain. */
  DERAIN("maxim_s2", Degradation.Config.rain(0.985, 11, 0.3, 0.6)),
  /** Haze. */
  DEHAZE("maxim_s2", Degradation.Config.haze(1.2, 0.85)),
  /** A lack of light. */
  ENHANCE("maxim_s2", Degradation.Config.lowLight(0.6, 1.8, 0.02));

  private final String publishedModel;
  private final Degradation.Config example;

  RestorationTask(String publishedModel, Degradation.Config example) {
    this.publishedModel = publishedModel;
    this.example = example;
  }

  /** The model that was published for the task, such as {@code maxim_s3}. */
  public String publishedModel() {
    return publishedModel;
  }

  /** A degradation of good photographs with which the task can be tried and trained. */
  public Degradation.Config degradation() {
    return example;
  }

  /** The name in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All names, for messages. */
  public static String names() {
    return Arrays.stream(values()).map(RestorationTask::toString).collect(Collectors.joining(", "));
  }

  /**
   * The task of a name.
   *
   * @throws IllegalArgumentException for any other
   */
  public static RestorationTask of(String name) {
    return Arrays.stream(values())
        .filter(task -> task.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("unknown task '" + name + "'; tasks are " + names()));
  }
}
