package dev.melange.papers.adversarialautomixup;

import dev.melange.mix.SquareMaps;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/** AdAutoMix's generator as a source of masks. */
record AdaptiveMasks(AdaptiveMask generator) implements MaskSource {
  @Override
  public Masks masks(Tensor early, Tensor[] order, double[] lam) {
    Tensor map = SquareMaps.of("adautomix", early);
    Tensor mask =
        generator.forward(
            Arrays.stream(order).map(places -> MixingStep.at(map, places)).toList(),
            MixingStep.row(lam, map));
    return new Masks(mask, null);
  }
}
