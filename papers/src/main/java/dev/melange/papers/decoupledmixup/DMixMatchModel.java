package dev.melange.papers.decoupledmixup;

import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.Linear;
import dev.melange.papers.mixuppolicies.ResNetCifar;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Device;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Map;

/**
 * The networks of DMixMatch: a classifier ({@code encoder_q}), a second head for mixed images on
 * its features ({@code head_mix.fc}), and a slowly averaged copy of the classifier ({@code
 * encoder_k}) that makes the pseudo labels and is tested in the end.
 */
public final class DMixMatchModel extends Layer {
  private static final double WARM_UP = 0.1;

  private final ResNetCifar student;
  private final ResNetCifar teacher;
  private final Linear mixHead;
  private final Tensor steps;

  /**
   * Networks that start alike.
   *
   * @param student the classifier in training
   * @param teacher of the same shape; takes the student's weights
   * @param rng of the second head's weights
   */
  public DMixMatchModel(ResNetCifar student, ResNetCifar teacher, Rng rng) {
    this.student = child("encoder_q", student);
    this.teacher = child("encoder_k", teacher);
    teacher.load(student.state());
    teacher.freeze(true);
    mixHead = child("head_mix.fc", new Linear(student.width(), student.classes(), rng));
    Init.normal(mixHead.weight(), 0, 0.01, rng);
    Init.constant(mixHead.bias(), 0);
    steps = buffer("steps", Tensor.zeros(DType.I64, Device.CPU));
  }

  /** The classifier in training. */
  public ResNetCifar student() {
    return student;
  }

  /** Its average. */
  public ResNetCifar teacher() {
    return teacher;
  }

  /** Logits of the second head from a network's maps. */
  public Tensor mixedHead(Tensor features) {
    return mixHead.forward(features.mean(2, 3));
  }

  /** Number of steps that {@link #advance} has begun. */
  public long steps() {
    return steps.itemLong();
  }

  /**
   * Begins a step: takes the student's weights into the average, whose decay grows from its first
   * value to a hundredth of the distance to 1 in half a cosine, after a tenth of the training.
   *
   * @param decay first share of the old average, such as 0.999
   * @param total steps of the whole training
   * @return how many steps came before
   */
  public long advance(double decay, long total) {
    long step = steps();
    if (step > 0) {
      double share = decayAt(decay, step, total);
      Map<String, Tensor> current = student.parameters();
      try (Autograd.NoGrad guard = Autograd.noGrad()) {
        teacher
            .parameters()
            .forEach((name, average) -> average.lerp_(current.get(name), 1 - share));
      }
    }
    steps.fill_((double) (step + 1));
    return step;
  }

  /** The share of the old average at a step. */
  static double decayAt(double first, long step, long total) {
    double progress = Math.max(0, ((double) step / total - WARM_UP) / (1 - WARM_UP));
    double last = 1 - (1 - first) / 100;
    return last - (last - first) * (Math.cos(Math.PI * progress) + 1) / 2;
  }
}
