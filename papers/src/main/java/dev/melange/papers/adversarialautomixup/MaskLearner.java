package dev.melange.papers.adversarialautomixup;

import dev.melange.mix.MixContext;
import dev.melange.mix.MixLearner;
import dev.melange.mix.MixPreview;
import dev.melange.mix.MixSetup;
import dev.melange.mix.SquareMaps;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingProgress;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The training of a generator of masks beside any image model: a teacher that follows the
 * classifier, a second head for clean images and its average, and the generator.
 */
final class MaskLearner extends MixLearner {
  /** Makes a generator for maps of a width whose masks are larger by a factor. */
  interface Maker {
    Layer make(int width, int scale, Rng rng);
  }

  private final LearnedOptions options;
  private final ImageModel student;
  private final ImageModel teacher;
  private final Linear studentOne;
  private final Linear teacherOne;
  private final MixingStep step;

  MaskLearner(
      MixSetup setup, LearnedOptions options, Maker maker, Function<Layer, MaskSource> source) {
    super(setup);
    this.options = options;
    student = setup.model();
    teacher = child("teacher", setup.twin());
    teacher.load(student.state());
    long[] shape = setup.shape();
    long[] early;
    long width;
    boolean training = student.isTraining();
    teacher.eval();
    try (var guard = Autograd.noGrad();
        var scope = dev.melange.tensor.Scope.open()) {
      Tensor image = setup.like(1);
      TwoHeads probe = new ImageHeads(teacher, null);
      Tensor raw = probe.early(image);
      early = SquareMaps.of(options.name(), raw).shape();
      width = ImageHeads.means(probe.late(raw)).size(1);
    }
    teacher.train(training);
    if (shape[1] != shape[2] || shape[1] % early[2] != 0) {
      throw new IllegalArgumentException(
          "%s enlarges maps by a whole factor, but images of %d x %d have maps of %d x %d; use another --size or model"
              .formatted(options.name(), shape[1], shape[2], early[2], early[3]));
    }
    studentOne = child("head_one", head(width, setup));
    teacherOne = child("teacher_head_one", head(width, setup));
    teacherOne.load(studentOne.state());
    Layer generator =
        child("mix_block", maker.make((int) early[1], (int) (shape[1] / early[2]), setup.rng()));
    setup.match(generator);
    teacher.freeze(true);
    teacherOne.freeze(true);
    step =
        new MixingStep(
            new ImageHeads(student, studentOne),
            new ImageHeads(teacher, teacherOne),
            source.apply(generator),
            options.weights(),
            setup.mixedLoss());
  }

  private static Linear head(long width, MixSetup setup) {
    Linear head = new Linear(width, setup.model().classes(), setup.rng());
    Init.normal(head.weight(), 0, 0.01, setup.rng());
    Init.constant(head.bias(), 0);
    setup.match(head);
    return head;
  }

  @Override
  public String name() {
    return options.name();
  }

  @Override
  protected Tensor loss(Tensor image, Tensor label, TrainingProgress progress, Rng rng) {
    int samples = samples(rng);
    AdAutoMixDraws draws = AdAutoMixDraws.draw((int) image.size(0), samples, options.alpha(), rng);
    return step.losses(image, label, draws, turn(progress, rng)).total();
  }

  private int samples(Rng rng) {
    return options.random() ? 2 + rng.nextInt(options.samples() - 1) : options.samples();
  }

  /** Against the teacher in the first, third, ... step; resting more often as time goes on. */
  MixingStep.Turn turn(TrainingProgress progress, Rng rng) {
    if (options.switchOff() > 0 && rng.nextDouble() > options.switchOff() * progress.cosine()) {
      return MixingStep.Turn.OFF;
    }
    return options.adversarial() && progress.step() % 2 == 0
        ? MixingStep.Turn.AGAINST
        : MixingStep.Turn.WITH;
  }

  @Override
  protected void afterStep(TrainingProgress progress) {
    double momentum = options.momentum(progress);
    try (var guard = Autograd.noGrad();
        var scope = dev.melange.tensor.Scope.open()) {
      AdAutoMix.follow(teacher, student, momentum);
      AdAutoMix.follow(teacherOne, studentOne, momentum);
    }
  }

  @Override
  public MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    Tensor image = batch.get("image");
    int count = options.samples();
    double[] raw =
        IntStream.range(0, count)
            .mapToDouble(i -> rng.beta(options.alpha(), options.alpha()))
            .toArray();
    double[] lam = count == 2 ? MixingStep.pair(raw[0]) : MixingStep.normed(raw);
    Tensor[] order = new Tensor[count]; // the first images stay where they are
    for (int i = 1; i < count; i++) {
      long[] places = Arrays.stream(rng.permutation(batch.size())).asLongStream().toArray();
      order[i] = Tensor.of(places, places.length).to(image.device());
    }
    return new MixPreview(
        step.mixture(image, order, lam),
        MixingStep.target(batch.get("label"), order, lam, classes).to(DType.F32));
  }
}
