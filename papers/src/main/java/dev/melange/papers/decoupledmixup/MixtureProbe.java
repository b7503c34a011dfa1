package dev.melange.papers.decoupledmixup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.mix.Mixup;
import dev.melange.nn.ImageModel;
import dev.melange.papers.mixuppolicies.SmallImages;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Inference;
import dev.melange.train.Minibatches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a classifier says of averages of two test images of different classes. The pairs are the
 * same for all classifiers.
 */
final class MixtureProbe {
  private static final long PAIRING = 17;
  private static final int SLIDER_STEPS = 20;
  private static final int SLIDER_PAIRS = 500;

  private final Tensor a;
  private final Tensor b;
  private final Tensor labelA;
  private final Tensor labelB;

  private MixtureProbe(Tensor a, Tensor b, Tensor labelA, Tensor labelB) {
    this.a = a;
    this.b = b;
    this.labelA = labelA;
    this.labelB = labelB;
  }

  /** Pairs each test image with another one and keeps the pairs of different classes. */
  static MixtureProbe of(SmallImages images) {
    int[] order = new Rng(PAIRING).permutation((int) images.test().size(0));
    long[] labels = images.testLabels().toLongs();
    List<Integer> first = new ArrayList<>();
    List<Integer> second = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      int partner = order[(i + 1) % order.length];
      if (labels[order[i]] != labels[partner]) {
        first.add(order[i]);
        second.add(partner);
      }
    }
    Tensor indexA = index(first);
    Tensor indexB = index(second);
    return new MixtureProbe(
        images.test().indexSelect(0, indexA),
        images.test().indexSelect(0, indexB),
        images.testLabels().indexSelect(0, indexA),
        images.testLabels().indexSelect(0, indexB));
  }

  private static Tensor index(List<Integer> values) {
    return Tensor.of(values.stream().mapToInt(Integer::intValue).toArray(), values.size())
        .to(DType.I64);
  }

  /** Percentage of even mixtures whose two classes are the two most probable ones. */
  double bothFound(ImageModel model) {
    return DecoupledMixup.bothFound(
        logits(model, Mixup.apply(a, b, Tensor.scalar(0.5, DType.F32))), labelA, labelB);
  }

  /**
   * Mean probabilities as the share of the first image goes from 0 to 1: {@code lam}, {@code a} and
   * {@code b} (the two classes), {@code top1} and {@code top2} (the two most probable classes).
   */
  ObjectNode slider(ImageModel model) {
    long n = Math.min(SLIDER_PAIRS, a.size(0));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode shares = json.putArray("lam");
    ArrayNode first = json.putArray("a");
    ArrayNode second = json.putArray("b");
    ArrayNode top1 = json.putArray("top1");
    ArrayNode top2 = json.putArray("top2");
    Tensor imageA = a.narrow(0, 0, n);
    Tensor imageB = b.narrow(0, 0, n);
    for (int i = 0; i <= SLIDER_STEPS; i++) {
      double lam = (double) i / SLIDER_STEPS;
      Tensor mixed = Mixup.apply(imageA, imageB, Tensor.scalar(lam, DType.F32));
      Tensor p = logits(model, mixed).softmax(1);
      shares.add(lam);
      first.add(meanOf(p, labelA.narrow(0, 0, n)));
      second.add(meanOf(p, labelB.narrow(0, 0, n)));
      Tensor top = p.topk(2, 1).values().mean(0);
      top1.add(top.get(0).item());
      top2.add(top.get(1).item());
    }
    return json;
  }

  private static double meanOf(Tensor probabilities, Tensor label) {
    return probabilities.gather(1, label.unsqueeze(1)).mean().item();
  }

  private static Tensor logits(ImageModel model, Tensor images) {
    return Inference.run(
        Minibatches.inOrder(Map.of("image", images), 200),
        batch -> model.forward(batch.get("image")));
  }
}
