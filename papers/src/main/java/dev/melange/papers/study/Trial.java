package dev.melange.papers.study;

import dev.melange.io.Checkpoints;
import dev.melange.nn.Layer;
import dev.melange.papers.study.StudyListener.Place;
import dev.melange.train.EpochRecord;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One piece of work of a study, usually the training of one variant with one seed. Given to a
 * {@link TrialBody}.
 */
public final class Trial {
  private final StudyRun run;
  private final Place place;
  private final long seed;
  private final Path folder;
  private final List<MetricRow> rows = new ArrayList<>();

  Trial(StudyRun run, Place place, long seed, Path folder) {
    this.run = run;
    this.place = place;
    this.seed = seed;
    this.folder = folder;
  }

  /**
   * A value of {@code metrics.csv}.
   *
   * @param training the trial's name, and the training's if it has one of its own
   * @param epoch from 1
   * @param metric such as {@code loss}
   * @param value its value
   */
  record MetricRow(String training, int epoch, String metric, double value) {}

  /** The name. */
  public String id() {
    return place.id();
  }

  /** The seed: that of the run, plus the number of the repetition. All randomness comes from it. */
  public long seed() {
    return seed;
  }

  /** A folder of the trial's own. What it holds when the trial has ended is kept. */
  public Path folder() {
    return folder;
  }

  /**
   * Trains: with checkpoints in the trial's folder, from which an interrupted trial goes on, and
   * with progress. Every epoch's loss, learning rate and metrics go to {@code metrics.csv}.
   *
   * @param trainer ready but for checkpoints, listener and cancellation, which are set here
   * @return how it ended
   * @throws java.util.concurrent.CancellationException if the user wants to stop; it is saved
   */
  public TrainingResult train(Trainer trainer) throws IOException {
    return train(id(), "training", trainer);
  }

  /**
   * As {@link #train(Trainer)}, for trials with several trainings.
   *
   * @param name of the training, unique in the trial
   * @param trainer as above
   */
  public TrainingResult train(String name, Trainer trainer) throws IOException {
    return train(id() + "/" + name, name, trainer);
  }

  private TrainingResult train(String label, String name, Trainer trainer) throws IOException {
    run.stopIfCancelled();
    TrainingResult result =
        trainer
            .checkpoints(TrialRecord.checkpoints(folder).resolve(name))
            .listener(new Told())
            .cancellation(run.cancelled())
            .fit();
    for (EpochRecord epoch : result.history()) {
      rows.add(new MetricRow(label, epoch.epoch(), "loss", epoch.loss()));
      rows.add(new MetricRow(label, epoch.epoch(), "learning_rate", epoch.learningRate()));
      epoch
          .metrics()
          .forEach((metric, value) -> rows.add(new MetricRow(label, epoch.epoch(), metric, value)));
    }
    return result;
  }

  private final class Told implements TrainingListener {
    @Override
    public void started(long totalSteps, long firstStep) {
      run.listener().training(place, totalSteps, firstStep);
    }

    @Override
    public void step(StepRecord step) {
      run.listener().step(place, step.step(), step.epoch(), step.loss());
    }

    @Override
    public boolean measures(long step) {
      return run.listener().measures(place);
    }

    @Override
    public void updates(long step, double learningRate, Map<String, Double> ratios) {
      run.listener().updates(place, step, learningRate, ratios);
    }
  }

  /**
   * Notes a value for {@code metrics.csv}, of work that {@code train} does not do.
   *
   * @param epoch from 1
   * @param metric such as {@code accuracy}
   * @param value its value
   */
  public void metric(int epoch, String metric, double value) {
    rows.add(new MetricRow(id(), epoch, metric, value));
  }

  /**
   * Says how far work is that {@code train} does not do, and ends it if the user wants to stop.
   *
   * @param step how much is done
   * @param total how much there is
   * @throws java.util.concurrent.CancellationException if the user wants to stop
   */
  public void progress(long step, long total) {
    run.stopIfCancelled();
    if (step == 0) {
      run.listener().training(place, total, 0);
    }
    run.listener().step(place, step, 1, Double.NaN);
  }

  /**
   * Writes the weights of a model as {@code ID.safetensors} of the run's folder, with their
   * provenance.
   *
   * @param model the model
   * @param name its name, such as {@code poolformer_s12}
   * @param config its configuration; null if it has none
   * @return the file
   */
  public Path save(Layer model, String name, Record config) throws IOException {
    return save(id(), model, name, config);
  }

  /**
   * As {@link #save(Layer, String, Record)}, for trials with several models.
   *
   * @param file the file's name without its extension, unique in the run
   */
  public Path save(String file, Layer model, String name, Record config) throws IOException {
    Path target = run.weights(file);
    Checkpoints.save(
        model, target, run.provenance(Objects.requireNonNull(name, "name"), config, this));
    return target;
  }

  List<MetricRow> rows() {
    return rows;
  }
}
