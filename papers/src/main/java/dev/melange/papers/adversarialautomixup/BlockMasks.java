package dev.melange.papers.adversarialautomixup;

import dev.melange.mix.SquareMaps;
import dev.melange.tensor.DType;
import dev.melange.tensor.Tensor;

/** AutoMix's block as a source of masks for images and one partner each. */
record BlockMasks(AutoMixBlock block) implements MaskSource {
  @Override
  public Masks masks(Tensor early, Tensor[] order, double[] lam) {
    Tensor map = SquareMaps.of("automix", early);
    AutoMixBlock.Mix mix =
        block.forward(map, order[1], Tensor.scalar(lam[0], DType.F64).to(map.device()));
    return new Masks(mix.mask(), mix.loss());
  }
}
