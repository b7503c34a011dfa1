package dev.melange.papers.mixupneuralcollapse;

import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * The plane through three rows of a classifier, in which mixed features of those classes are drawn.
 *
 * @param coords features in the plane, not centred, [n, 2]
 * @param weightCoords the three rows less their mean, [3, 2]: an equilateral triangle if the
 *     classifier is a simplex
 * @param basis orthonormal columns [d, 2]; the first points to the first row
 */
public record ClassifierPlane(Tensor coords, Tensor weightCoords, Tensor basis) {
  /** Configuration of {@code interpret/classifier-plane}: no keys. */
  public record Config() {}

  /**
   * Projects features.
   *
   * @param features [n, d]
   * @param weight the three rows, [3, d]; they must not lie on a line
   */
  public static ClassifierPlane of(Tensor features, Tensor weight) {
    if (weight.dim() != 2 || weight.size(0) != 3) {
      throw new IllegalArgumentException(
          "a plane needs the rows of three classes [3, d], got " + Arrays.toString(weight.shape()));
    }
    Rows.requireMatrix("features", features, weight.size(1));
    Tensor centred = Rows.centred(weight);
    Tensor first = centred.get(0).div(centred.get(0).norm());
    Tensor across = centred.get(1).sub(centred.get(2));
    Tensor rest = across.sub(first.mul(across.mul(first).sum()));
    // not <=, so that NaN is refused as well
    if (!(rest.norm().item() > 1e-12 * centred.norm().item())) {
      throw new IllegalArgumentException(
          "the three rows of the classifier span no plane; choose other classes");
    }
    Tensor basis = Tensor.stack(1, first, rest.div(rest.norm()));
    return new ClassifierPlane(features.matmul(basis), centred.matmul(basis), basis);
  }
}
