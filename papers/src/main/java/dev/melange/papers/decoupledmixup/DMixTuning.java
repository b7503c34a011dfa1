package dev.melange.papers.decoupledmixup;

import dev.melange.mix.MixContext;
import dev.melange.mix.MixPairs;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixedBatch;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import java.util.Arrays;
import java.util.Map;

/**
 * DMixTuning: fine-tunes a trained network on few labelled and many unlabelled images by pseudo
 * group contrast (Self-Tuning) and decoupled mixup. Used as {@link DMixMatchTraining} is, with
 * batches of labelled images:
 *
 * <pre>{@code
 * DMixTuning tuning = new DMixTuning(trained, average, settings, unlabelled, total, rng);
 * Trainer.of(tuning, tuning::loss).data(labelled).prepare(tuning::prepare).steps(total).fit();
 * }</pre>
 *
 * <p>Its state: the network {@code encoder_q} with {@code projector_q} and the head for mixtures
 * {@code head_mix.fc}; their averages {@code encoder_k} and {@code projector_k}; the keys {@code
 * queue} [D, Q C] with {@code queue_ptr} [C]; {@code steps}.
 */
public final class DMixTuning extends Layer {
  private static final double NEARLY_ZERO = 1e-3;

  /**
   * Settings.
   *
   * @param queueSize keys per class
   * @param dimension of the projections, 128 in the paper
   * @param temperature of the contrast, 0.07 in the paper
   * @param weightContrast weight of both contrasts
   * @param weightLabels weight of the labels' cross entropy
   * @param weightMixLl weight of labelled-labelled mixtures
   * @param weightMixLu last weight of labelled-unlabelled mixtures, which rises from 0
   * @param eta weight of the decoupled terms
   * @param policy mixes; its labelled image gets the larger share
   * @param decay share of the old averages in the first tenth of the training
   * @param shift largest random shift in pixels
   */
  public record Settings(
      int queueSize,
      int dimension,
      double temperature,
      double weightContrast,
      double weightLabels,
      double weightMixLl,
      double weightMixLu,
      double eta,
      MixPolicy policy,
      double decay,
      int shift) {
    /** All weights 1 and the paper's contrast. */
    public static Settings of(int queueSize, MixPolicy policy) {
      return new Settings(queueSize, 128, 0.07, 1, 1, 1, 1, 1, policy, 0.999, 2);
    }
  }

  /** Two linear layers with a ReLU between them. */
  private static final class Projector extends UnaryLayer {
    private final Linear first;
    private final Linear second;

    Projector(int in, int out, Rng rng) {
      first = child("fc1", new Linear(in, in, rng));
      second = child("fc2", new Linear(in, out, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return second.forward(first.forward(x).relu());
    }
  }

  private final Settings settings;
  private final GroupContrast.Config contrast;
  private final DecoupledMixupConfig mixing;
  private final Tensor unlabelled;
  private final long total;
  private final ResNetCifar student;
  private final ResNetCifar teacher;
  private final Projector projector;
  private final Projector teacherProjector;
  private final Linear mixHead;
  private final Tensor queue;
  private final Tensor pointers;
  private final Tensor steps;

  /**
   * A training that starts from a trained network.
   *
   * @param trained is trained further
   * @param average of the same shape; takes its weights
   * @param unlabelled images [U, C, H, W], as normalised as the labelled ones
   * @param total steps of the whole training
   * @param rng of the new layers and of the queue, which starts with random keys
   */
  public DMixTuning(
      ResNetCifar trained,
      ResNetCifar average,
      Settings settings,
      Tensor unlabelled,
      long total,
      Rng rng) {
    this.settings = settings;
    this.unlabelled = unlabelled;
    this.total = total;
    int classes = trained.classes();
    contrast = new GroupContrast.Config(settings.queueSize(), classes, settings.temperature());
    mixing =
        new DecoupledMixupConfig(
            "ce", "official", settings.eta(), "both", 0.5, "pow", 1, 1, true, 1, 1, null);
    student = child("encoder_q", trained);
    teacher = child("encoder_k", average);
    projector = child("projector_q", new Projector(trained.width(), settings.dimension(), rng));
    teacherProjector =
        child("projector_k", new Projector(trained.width(), settings.dimension(), rng));
    teacher.load(student.state());
    teacherProjector.load(projector.state());
    teacher.freeze(true);
    teacherProjector.freeze(true);
    mixHead = child("head_mix.fc", new Linear(trained.width(), classes, rng));
    Init.normal(mixHead.weight(), 0, 0.01, rng);
    Init.constant(mixHead.bias(), 0);
    Tensor keys = rng.normal(settings.dimension(), (long) settings.queueSize() * classes);
    queue = buffer("queue", keys.div(keys.normKeep(2, 0)));
    pointers = buffer("queue_ptr", Tensor.of(new long[classes], classes));
    steps = buffer("steps", Tensor.zeros(DType.I64, Device.CPU));
  }

  /** The averaged network, which is tested. */
  public ResNetCifar teacher() {
    return teacher;
  }

  /** The network in training. */
  public ResNetCifar student() {
    return student;
  }

  /**
   * Adds a second view of the labelled images, as many unlabelled ones in two views, and mixtures.
   *
   * @param batch {@code image} [n, C, H, W] and {@code label} int64 [n]
   * @param rng the step's stream
   */
  public TensorBatch prepare(TensorBatch batch, Rng rng) {
    long step = advance();
    int n = batch.size();
    if (unlabelled.size(0) < n) {
      throw new IllegalArgumentException(
          "a step needs %d unlabelled images, there are %d; lower the batch size"
              .formatted(n, unlabelled.size(0)));
    }
    int[] drawn = Arrays.copyOf(rng.fork(0).permutation((int) unlabelled.size(0)), n);
    Tensor label = batch.get("label");
    Tensor images =
        unlabelled.indexSelect(0, Tensor.of(drawn, n).to(unlabelled.device())).to(label.device());
    Tensor labelled = view(batch.get("image"), rng.fork(1));
    Tensor other = view(images, rng.fork(3));
    MixPairs within = MixPairs.within(labelled, label, settings.policy().partners(n, rng.fork(5)));
    MixedBatch ll =
        settings.policy().mix(within.biased(MixPairs.Bias.IMAGE), MixContext.NONE, rng.fork(6));
    // the partners' pseudo labels are found in the step
    MixPairs across = new MixPairs(labelled, other, label, label, null, MixPairs.Bias.IMAGE);
    MixedBatch lu = settings.policy().mix(across, MixContext.NONE, rng.fork(7));
    return batch
        .with("image", labelled)
        .with("key", view(batch.get("image"), rng.fork(2)))
        .with("unlabelled", other)
        .with("unlabelled_key", view(images, rng.fork(4)))
        .with("mix_ll", ll.image())
        .with("label_ll", ll.labelB())
        .with("lam_ll", ll.lam())
        .with("mix_lu", lu.image())
        .with("lam_lu", lu.lam())
        .with("rise", Tensor.scalar(DMixMatchTraining.rise(step, total), DType.F64));
  }

  private Tensor view(Tensor images, Rng rng) {
    Tensor moved = SmallImages.augment(images, settings.shift(), false, rng.fork(0));
    return DMixMatchTraining.strong(moved, rng.fork(1));
  }

  private long advance() {
    long step = steps.itemLong();
    if (step > 0) {
      double share = DMixMatchModel.decayAt(settings.decay(), step, total);
      average(teacher, student, share);
      average(teacherProjector, projector, share);
    }
    steps.fill_((double) (step + 1));
    return step;
  }

  private static void average(Layer average, Layer current, double share) {
    Map<String, Tensor> now = current.parameters();
    try (Autograd.NoGrad guard = Autograd.noGrad()) {
      average.parameters().forEach((name, value) -> value.lerp_(now.get(name), 1 - share));
    }
  }

  /** The loss of a batch from {@link #prepare}; writes the keys of the batch into the queue. */
  public Tensor loss(TensorBatch batch) {
    long n = batch.size();
    Tensor label = batch.get("label");
    Tensor features =
        student
            .forwardFeatures(Tensor.cat(0, batch.get("image"), batch.get("unlabelled")))
            .mean(2, 3);
    Tensor keys =
        Autograd.noGrad(
            () ->
                teacherProjector.forward(
                    teacher
                        .forwardFeatures(
                            Tensor.cat(0, batch.get("key"), batch.get("unlabelled_key")))
                        .mean(2, 3)));
    Tensor logits = student.classify(features);
    Tensor pseudo = logits.narrow(0, n, n).argmax(1);
    Tensor queries = projector.forward(features);
    Tensor contrasts =
        contrast(queries.narrow(0, 0, n), keys.narrow(0, 0, n), label)
            .add(contrast(queries.narrow(0, n, n), keys.narrow(0, n, n), pseudo));
    remember(keys, Tensor.cat(0, label, pseudo));

    Tensor labels = Losses.crossEntropy(logits.narrow(0, 0, n), label);
    double weightLu = settings.weightMixLu() * batch.get("rise").item();
    Tensor mixed =
        student.forwardFeatures(Tensor.cat(0, batch.get("mix_ll"), batch.get("mix_lu"))).mean(2, 3);
    Tensor ll =
        mixLoss(
            mixed.narrow(0, 0, n),
            settings.weightMixLl(),
            label,
            batch.get("label_ll"),
            batch.get("lam_ll"));
    Tensor lu = mixLoss(mixed.narrow(0, n, n), weightLu, label, pseudo, batch.get("lam_lu"));
    return contrasts
        .mul(settings.weightContrast())
        .add(labels.mul(settings.weightLabels()))
        .add(ll)
        .add(lu);
  }

  /** All samples of a step see the queue as it was before the step. */
  private Tensor contrast(Tensor query, Tensor key, Tensor label) {
    // a copy: the queue is written before the backward pass
    return GroupContrast.step(contrast, query, key, queue.copy(), pointers, label).loss();
  }

  private void remember(Tensor keys, Tensor label) {
    try (Autograd.NoGrad guard = Autograd.noGrad()) {
      GroupContrast.Queue next = GroupContrast.write(contrast, keys, queue, pointers, label);
      queue.copy_(next.keys());
      pointers.copy_(next.pointers());
    }
  }

  private Tensor mixLoss(Tensor features, double weight, Tensor a, Tensor b, Tensor lam) {
    Tensor logits = mixHead.forward(weight < NEARLY_ZERO ? features.detach() : features);
    return DecoupledMixup.loss(mixing, logits, a, b, lam.item(), null).mul(weight);
  }
}
