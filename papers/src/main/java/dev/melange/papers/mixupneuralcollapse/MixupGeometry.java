package dev.melange.papers.mixupneuralcollapse;

import dev.melange.tensor.Linalg;
import dev.melange.tensor.Tensor;
import java.util.Arrays;

/**
 * Where the features of mixed samples lie, relative to class means and classifier. {@code Hc} are
 * the features less the mean of the class means, {@code wc} the classifier's rows less their mean.
 * Means over the mixtures of one class ({@code same}) or of two ({@code diff}); NaN if there are
 * none.
 *
 * @param sameAlignment cosine of Hc and the class's wc
 * @param sameNorm length of Hc
 * @param diffNorm length of Hc
 * @param sameInterpDev distance of the features from the mixture of the class means, relative to
 *     the mean distance of a class mean from their mean
 * @param diffInterpDev the same
 * @param diffPlaneShare share of Hc's squared length in the plane of both classes' wc
 * @param diffBoundaryCos cosine of Hc and the sum of both classes' wc
 */
public record MixupGeometry(
    Tensor sameAlignment,
    Tensor sameNorm,
    Tensor diffNorm,
    Tensor sameInterpDev,
    Tensor diffInterpDev,
    Tensor diffPlaneShare,
    Tensor diffBoundaryCos) {
  /**
   * Configuration of {@code interpret/mixup-geometry}.
   *
   * @param project whether directions that the classifier does not see are dropped first, from
   *     features and class means
   */
  public record Config(boolean project) {}

  /**
   * Measures mixed samples.
   *
   * @param features of the mixtures, [n, d]
   * @param labelsA int64 [n]
   * @param labelsB int64 [n]
   * @param lam share of the first label, [n]
   * @param weight the classifier's, [K, d]
   * @param classMeans of unmixed features, [K, d]
   */
  public static MixupGeometry of(
      Config config,
      Tensor features,
      Tensor labelsA,
      Tensor labelsB,
      Tensor lam,
      Tensor weight,
      Tensor classMeans) {
    if (weight.dim() != 2 || !Arrays.equals(weight.shape(), classMeans.shape())) {
      throw new IllegalArgumentException(
          "weight and class_means must both be [K, d], got %s and %s"
              .formatted(Arrays.toString(weight.shape()), Arrays.toString(classMeans.shape())));
    }
    Rows.requireMatrix("features", features, weight.size(1));
    long n = features.size(0);
    Rows.requireLabels("labels_a", labelsA, n, weight.size(0));
    Rows.requireLabels("labels_b", labelsB, n, weight.size(0));
    Rows.requireShares(lam, n);
    Tensor rows = Rows.centred(weight);
    Tensor means = Rows.centred(classMeans);
    Tensor centred = features.sub(classMeans.meanKeep(0));
    if (config.project) {
      long rank = Math.min(weight.size(0) - 1, weight.size(1));
      Tensor axes = Linalg.svd(rows).vt().narrow(0, 0, rank);
      Tensor projection = axes.t().matmul(axes);
      means = means.matmul(projection);
      centred = centred.matmul(projection);
    }
    Tensor share = lam.to(features.dtype()).unsqueeze(1);
    // shares sum to 1, so the mean of the class means drops out
    Tensor line =
        means
            .indexSelect(0, labelsA)
            .mul(share)
            .add(means.indexSelect(0, labelsB).mul(share.rsub(1)));
    Tensor deviation = Rows.norms(centred.sub(line)).div(Rows.norms(means).mean());
    Tensor norms = Rows.norms(centred);
    Tensor first = rows.indexSelect(0, labelsA);
    Tensor second = rows.indexSelect(0, labelsB);
    Tensor same = labelsA.eq(labelsB);
    Tensor different = same.logicalNot();
    return new MixupGeometry(
        mean(Rows.cosines(centred, first), same),
        mean(norms, same),
        mean(norms, different),
        mean(deviation, same),
        mean(deviation, different),
        mean(planeShare(centred, first, second), different),
        mean(Rows.cosines(centred, first.add(second)), different));
  }

  private static Tensor mean(Tensor values, Tensor chosen) {
    return values.maskedSelect(chosen).mean();
  }

  /** Share of the squared length of rows in the plane that rows of two other matrices span. */
  private static Tensor planeShare(Tensor rows, Tensor first, Tensor second) {
    Tensor a = first.div(Rows.norms(first).unsqueeze(1));
    Tensor rest = second.sub(a.mul(second.mul(a).sumKeep(1)));
    Tensor length = Rows.norms(rest);
    // two classes have opposite rows, which span a line
    Tensor flat = length.le(Rows.norms(second).mul(1e-10));
    Tensor b = rest.div(length.maskedFill(flat, 1).unsqueeze(1));
    Tensor along = rows.mul(a).sum(1).square();
    Tensor across = rows.mul(b).sum(1).square().maskedFill(flat, 0);
    return along.add(across).div(rows.square().sum(1));
  }
}
