package dev.melange.papers.adamixup;

import dev.melange.nn.Linear;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The policy region generator (section "AdaMixUp" of the paper): from a noisy mean of the images of
 * a tuple to the intervals from which their mixing weights are drawn.
 *
 * <p>For k images there are k - 1 intervals [a, a + b] of the share that image i takes of what the
 * images before it leave over; a, b and a rest c are positive and sum to one, so that no interval
 * leaves [0, 1].
 *
 * <p>Its last layers begin with weights of N(0, 0.001^2), so that all intervals begin at [1/3,
 * 2/3]. The objective in the end narrows them around one half, where mixtures are farthest from
 * real images: on the bundled digits from 0.49 on with a width of 0.04 after 36 epochs. With a
 * standard deviation of 0.1 the intervals end there as well, with or without the discriminator.
 *
 * <p>How soon they get there is luck. The two linear layers grow together, so that the softmax may
 * saturate within some ten steps at the whole interval [0, 1], where its gradient vanishes; only
 * the weight decay leads out again. On 500 images of MNIST one of three seeds came to 0.49 with a
 * width of 0.003 in the study's 180 steps, the others still drew from [0, 1].
 */
public final class PolicyGenerator extends ConvTrunk {
  /**
   * A tuple of images, mixed.
   *
   * @param region the triples (a, b, c), [N, k - 1, 3]
   * @param weights mixing weights, which sum to one, [N, k]
   * @param image mixed images [N, C, H, W]
   */
  public record Mixture(Tensor region, Tensor weights, Tensor image) {}

  private final Linear gate;
  private final Linear gate2;

  PolicyGenerator(AdaMixUp.Config config, Rng rng) {
    super(config, rng);
    gate = child("gate_linear", smallLinear(config.hidden(), config.gate_hidden(), rng));
    gate2 = child("gate_linear2", smallLinear(config.gate_hidden(), 3 * (config.fold() - 1), rng));
  }

  /**
   * Mixes tuples of k images, where k is the configured fold.
   *
   * @param images the first images, the second and so on, each [N, C, H, W]
   * @param noise a factor for each value of them, of the same shapes
   * @param u positions in the intervals, in [0, 1), [N, k - 1]
   * @param mask factors of dropout, 0 or 2, [N, hidden]; null to draw them in training
   * @throws IllegalArgumentException if images, noise and u are not those of k images
   */
  public Mixture mix(List<Tensor> images, List<Tensor> noise, Tensor u, Tensor mask) {
    int fold = (int) gate2.weight().size(0) / 3 + 1;
    return mix(gated -> triples(gated, mask), fold, images, noise, u);
  }

  /** The intervals of noisy means of tuples before the softmax, [N, 3 (k - 1)]. */
  Tensor triples(Tensor gated, Tensor mask) {
    return gate2.forward(gate.forward(features(gated, mask)));
  }

  /** As the other, with any network for the triples. */
  static Mixture mix(
      UnaryOperator<Tensor> network, int fold, List<Tensor> images, List<Tensor> noise, Tensor u) {
    int intervals = fold - 1;
    if (images.size() != fold || noise.size() != fold || u.dim() != 2 || u.size(1) != intervals) {
      throw new IllegalArgumentException(
          "a policy of fold %d expects %d images, %d noise tensors and u [N, %d], got %d, %d and %s"
              .formatted(
                  fold,
                  fold,
                  fold,
                  intervals,
                  images.size(),
                  noise.size(),
                  java.util.Arrays.toString(u.shape())));
    }
    Tensor gated = images.get(0).mul(noise.get(0));
    for (int i = 1; i < fold; i++) {
      gated = gated.add(images.get(i).mul(noise.get(i)));
    }
    Tensor region = network.apply(gated.div(fold)).unflatten(1, intervals, 3).softmax(2);
    Tensor share = region.select(2, 0).add(u.mul(region.select(2, 1))); // [N, k - 1]
    Tensor[] weights = new Tensor[fold];
    Tensor rest = share.select(1, 0).onesLike();
    for (int i = 0; i < intervals; i++) {
      Tensor own = share.select(1, i);
      weights[i] = rest.mul(own);
      rest = rest.mul(own.rsub(1));
    }
    weights[intervals] = rest;
    Tensor mixed = images.get(0).mul(weights[0].reshape(-1, 1, 1, 1));
    for (int i = 1; i < fold; i++) {
      mixed = mixed.add(images.get(i).mul(weights[i].reshape(-1, 1, 1, 1)));
    }
    return new Mixture(region, Tensor.stack(1, weights), mixed);
  }
}
