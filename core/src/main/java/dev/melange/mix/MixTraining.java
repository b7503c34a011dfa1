package dev.melange.mix;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.optim.ParameterGroup;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Objective;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingProgress;
import java.util.List;
import java.util.Map;

/**
 * The training of a classifier on mixed images, whatever the policy: learned policies are trained
 * and saved with it.
 *
 * <pre>{@code
 * MixPolicy policy = MixPolicies.parse("mixup:until=0.6");
 * MixSetup setup = new MixSetup(model, () -> another, new long[] {3, 32, 32}, new Rng(1));
 * try (MixTraining mixing = MixTraining.of(policy, setup, MixContext.of(model, normalize))) {
 *   mixing.trainer(MixLosses.CROSS_ENTROPY.objective(model)).data(train).epochs(20).fit();
 * }
 * }</pre>
 */
public final class MixTraining implements AutoCloseable {
  /** The classifier and what learns beside it, under one roof for optimiser and checkpoints. */
  private static final class Together extends Layer {
    Together(ImageModel model, List<MixLearner> learners) {
      child("classifier", model);
      for (int i = 0; i < learners.size(); i++) {
        child("mixing" + i, learners.get(i));
      }
    }
  }

  private final MixPolicy policy;
  private final MixSetup setup;
  private final MixContext context;
  private final List<MixLearner> learners;
  private final Layer trained;

  private MixTraining(MixPolicy policy, MixSetup setup, MixContext context) {
    this.policy = policy;
    this.setup = setup;
    this.context = context;
    learners = setup.learners();
    trained = learners.isEmpty() ? setup.model() : new Together(setup.model(), learners);
  }

  /**
   * Makes the networks of learned policies, if there are any.
   *
   * @param policy as it was parsed
   * @param setup of the classifier
   * @param context what policies need besides the images
   * @throws IllegalArgumentException if a policy cannot be made for the classifier
   */
  public static MixTraining of(MixPolicy policy, MixSetup setup, MixContext context) {
    try {
      return new MixTraining(policy.bind(setup), setup, context);
    } catch (RuntimeException e) {
      setup.close(); // also a learner that was only half made
      throw e;
    }
  }

  /** The policy with its networks. */
  public MixPolicy policy() {
    return policy;
  }

  /** The learned policies; empty for hand-crafted ones. */
  public List<MixLearner> learners() {
    return learners;
  }

  /** What is trained: the classifier, or a layer of it and of all that learns beside it. */
  public Layer trained() {
    return trained;
  }

  /**
   * A trainer for the mixing; data, optimiser and all else remain to be said.
   *
   * @param objective of batches that are mixed by hand-crafted policies or not mixed
   */
  public Trainer trainer(Objective objective) {
    Trainer trainer =
        Trainer.of(trained, batch -> loss(objective, batch))
            .prepare(this::mix)
            .afterStep(this::afterStep);
    return policy.needsWholeBatch() ? trainer.wholeBatch() : trainer;
  }

  /**
   * Mixes a batch at a point of the training.
   *
   * @param batch {@code image} [N, C, H, W] and {@code label} int64 [N]
   */
  public TensorBatch mix(TensorBatch batch, Rng rng, TrainingProgress progress) {
    return policy.apply(batch, context.at(progress), rng);
  }

  /** The loss of a mixed batch: the learner's if it is one of a learned policy. */
  public Tensor loss(Objective objective, TensorBatch batch) {
    int learner = MixLearner.of(batch);
    return learner < 0 ? objective.loss(batch) : learners.get(learner).loss(batch);
  }

  /** Lets the teachers of learned policies follow; the {@link #trainer} does it by itself. */
  public void afterStep(TrainingProgress progress) {
    learners.forEach(learner -> learner.afterStep(progress));
  }

  /** Parameters of the learned policies that an optimiser trains, by full name. */
  public List<ParameterGroup> learnedGroups(double weightDecay) {
    return learners.stream()
        .flatMap(
            learner -> ParameterGroup.noDecayOnVectors(learner, weightDecay, n -> false).stream())
        .toList();
  }

  /** Mixed images with their targets, as the policy mixes a batch now. */
  public MixPreview preview(TensorBatch batch, int classes, Rng rng) {
    return policy.preview(batch, context, classes, rng);
  }

  /** The weights of the learned policies by name; empty if there are none. */
  public Map<String, Tensor> learnedState() {
    Map<String, Tensor> state = new java.util.LinkedHashMap<>();
    for (int i = 0; i < learners.size(); i++) {
      String prefix = "mixing" + i + ".";
      learners.get(i).state().forEach((name, tensor) -> state.put(prefix + name, tensor));
    }
    return state;
  }

  /**
   * Takes over weights that {@link #learnedState} gave.
   *
   * @throws IllegalArgumentException if they do not fit the learned policies
   */
  public void loadLearned(Map<String, Tensor> state) {
    for (int i = 0; i < learners.size(); i++) {
      String prefix = "mixing" + i + ".";
      Map<String, Tensor> own = new java.util.LinkedHashMap<>();
      state.forEach(
          (name, tensor) -> {
            if (name.startsWith(prefix)) {
              own.put(name.substring(prefix.length()), tensor);
            }
          });
      learners.get(i).load(own);
    }
  }

  /** Frees the networks of the policies, not the classifier. */
  @Override
  public void close() {
    setup.close();
  }
}
