package dev.melange.papers.coordinateawaremodulation;

import dev.melange.component.Configs;
import dev.melange.component.Default;
import dev.melange.data.DataException;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainerRun;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Fits a radiance field to pictures of a scene. */
public final class SceneFit {
  /**
   * How to train and to render.
   *
   * @param steps of the optimiser
   * @param rays of a step
   * @param samples along a ray
   * @param fine further samples where the first ones found something; 0 for none
   * @param near where rays begin, as a distance from the camera
   * @param far where they end
   * @param background behind everything, 0 black to 1 white
   * @param learning_rate at the start
   * @param evaluate_every steps between measurements of the PSNR
   * @param seed of all randomness
   */
  public record Options(
      @Default("2000") int steps,
      @Default("256") int rays,
      @Default("64") int samples,
      @Default("0") int fine,
      @Default("2") double near,
      @Default("6") double far,
      @Default("1") double background,
      @Default("0.0005") double learning_rate,
      @Default("250") int evaluate_every,
      @Default("0") long seed) {
    /** Checks the numbers. */
    public Options {
      if (steps < 1 || rays < 1 || samples < 2 || fine < 0 || evaluate_every < 1) {
        throw new IllegalArgumentException(
            "steps, rays and evaluate_every must be at least 1, samples 2 and fine 0; got %d, %d, %d, %d and %d"
                .formatted(steps, rays, evaluate_every, samples, fine));
      }
      if (!(near >= 0 && far > near && far < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "near must be at least 0 and far beyond it, got %s and %s".formatted(near, far));
      }
      if (!(background >= 0 && background <= 1) || !(learning_rate > 0)) {
        throw new IllegalArgumentException(
            "background is from 0 to 1 and learning_rate positive, got %s and %s"
                .formatted(background, learning_rate));
      }
    }

    /** A third of the rate from 1/2, 3/4, 5/6 and 9/10 of the steps on each. */
    Schedule schedule() {
      return steps < 20
          ? Schedule.constant(learning_rate)
          : Schedule.milestones(
              learning_rate, 0.33, steps / 2, steps * 3L / 4, steps * 5L / 6, steps * 9L / 10);
    }
  }

  private static final int VIEWS_IN_TRAINING = 2;

  private SceneFit() {}

  /**
   * The configuration of a kind of field with some keys changed.
   *
   * @param kind plain, planes, view, time or dynamic
   * @throws IllegalArgumentException for an unknown kind or key
   */
  public static CamNerf.Config config(String kind, Map<String, String> overrides) {
    return Configs.with(SceneField.config(kind), overrides, kind);
  }

  /** The kinds of fields. */
  public static List<String> kinds() {
    return SceneField.KINDS;
  }

  /**
   * Checks that a scene has what a kind of field needs.
   *
   * @throws DataException if it needs times and there are none
   */
  public static void check(String kind, PosedImages images) {
    if (SceneField.needsTime(kind) && !images.isMoving()) {
      throw new DataException(
          "a field of kind %s needs the time of each picture (\"time\" of the frames, 0 to 1); use plain, planes or view for a scene that does not move"
              .formatted(kind));
    }
    if (!SceneField.needsTime(kind) && images.isMoving()) {
      throw new DataException(
          "the scene moves (its frames have times), which a field of kind %s cannot show; use time or dynamic"
              .formatted(kind));
    }
  }

  /**
   * Fits a field.
   *
   * @param kind plain, planes, view, time or dynamic
   * @param config of the network
   * @param run runs the training
   * @return the field, to be closed
   */
  public static FittedScene fit(
      SceneFolder.Scene scene, String kind, CamNerf.Config config, Options options, TrainerRun run)
      throws IOException {
    check(kind, scene.train());
    SceneField field = SceneField.create(kind, config, new Rng(options.seed).fork(1));
    boolean done = false;
    try {
      field.network().to(Engine.get().device());
      FittedScene shown =
          new FittedScene(field, config, scene.train().camera(), options, Map.of(), null);
      TrainingResult result;
      try (Optimizer adam = Adam.of(ParameterGroup.all(field.network(), 0), Adam.Config.ADAM)) {
        result =
            run.fit(
                Trainer.of(field.network(), objective(field, options))
                    .data(new RayBatches(scene.train(), options))
                    .optimizer(adam)
                    .schedule(options.schedule())
                    .steps(options.steps)
                    .metrics(() -> Map.of("psnr", shown.psnr(scene.test(), VIEWS_IN_TRAINING)))
                    .seed(options.seed));
      }
      done = true;
      return new FittedScene(field, config, scene.train().camera(), options, Map.of(), result);
    } finally {
      if (!done) {
        field.close();
      }
    }
  }

  private static Objective objective(SceneField field, Options options) {
    return batch -> {
      Tensor edges = batch.get("edges");
      var coarse = render(field, batch, edges, options);
      Tensor loss = Losses.smoothL1(coarse.color(), batch.get("color"), 1);
      if (options.fine == 0) {
        return loss;
      }
      Tensor finer = SceneField.finer(edges, coarse.weights(), batch.get("u"));
      var fine = render(field, batch, finer, options);
      return loss.add(Losses.smoothL1(fine.color(), batch.get("color"), 1));
    };
  }

  private static VolumeRendering.Rendering render(
      SceneField field, TensorBatch batch, Tensor edges, Options options) {
    return field.render(
        batch.get("origin"), batch.get("direction"), batch.get("time"), edges, options.background);
  }
}
