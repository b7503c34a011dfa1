package dev.melange.papers.adamixup;

import dev.melange.nn.Init;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is random in a training step of AdaMixUp with a batch of B images, of which h = B / 2 are
 * mixed in tuples of k.
 *
 * @param index a permutation of the batch for each image of a tuple but the first, int64 [k - 1, B]
 * @param noise factors of the tuples' images for the generator: k tensors [h, C, H, W]
 * @param u positions in the learned intervals, in [0, 1), [h, k - 1]
 * @param dropoutPolicy factors of dropout (0 or 2) in the generator [h, hidden]; null to draw them
 * @param dropoutClassifier those of the classifier, mixed images before real ones, [2h, hidden]
 * @param dropoutDiscriminator those of the discriminator: second half of the batch, first half,
 *     mixed images, [B + h, hidden]
 */
public record AdaMixUpDraws(
    Tensor index,
    List<Tensor> noise,
    Tensor u,
    Tensor dropoutPolicy,
    Tensor dropoutClassifier,
    Tensor dropoutDiscriminator) {
  /** Copies the list. */
  public AdaMixUpDraws {
    noise = List.copyOf(noise);
  }

  /**
   * Draws for a batch: permutations, noise of N(0, 1) cut to [-2, 2], and uniform positions. The
   * factors of dropout are left to the network.
   *
   * @param image the batch, [B, C, H, W], B even
   * @param fold images in a tuple, 2 or more
   */
  public static AdaMixUpDraws draw(Tensor image, int fold, Rng rng) {
    int batch = (int) image.size(0);
    long half = batch / 2;
    long[] order =
        IntStream.range(1, fold)
            .mapToObj(i -> rng.permutation(batch))
            .flatMapToInt(Arrays::stream)
            .asLongStream()
            .toArray();
    Tensor index = Tensor.of(order, fold - 1, batch).to(image.device());
    List<Tensor> noise =
        IntStream.range(0, fold)
            .mapToObj(
                i -> Init.truncatedNormal(image.narrow(0, 0, half).detach().zerosLike(), 1, rng))
            .toList();
    Tensor u = rng.uniform_(image.detach().newZeros(half, fold - 1), 0, 1);
    return new AdaMixUpDraws(index, noise, u, null, null, null);
  }
}
