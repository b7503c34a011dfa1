package dev.melange.data.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Everything between a stored image and a model: transforms in order, normalisation, and changes of
 * the normalised image such as random erasing.
 *
 * <pre>{@code
 * var training = Pipeline.of(
 *     Normalize.IMAGENET, RandomResizedCrop.of(224), new HorizontalFlip(0.5), RandAugment.standard())
 *     .with(RandomErasing.of(0.25));
 * FloatImage input = training.apply(image, draws);
 * }</pre>
 *
 * @param transforms changes of the 8-bit image, in order
 * @param normalize what gives the model's scale
 * @param after changes of the normalised image, in order
 */
public record Pipeline(
    List<Transform> transforms, Normalize normalize, List<FloatTransform> after) {
  /** Copies the lists. */
  public Pipeline {
    transforms = List.copyOf(transforms);
    Objects.requireNonNull(normalize, "normalize");
    after = List.copyOf(after);
  }

  /** Transforms in order, then normalisation. */
  public static Pipeline of(Normalize normalize, Transform... transforms) {
    return new Pipeline(List.of(transforms), normalize, List.of());
  }

  /** The same with a transform added at the end. */
  public Pipeline then(Transform transform) {
    List<Transform> all = new ArrayList<>(transforms);
    all.add(transform);
    return new Pipeline(all, normalize, after);
  }

  /** The same with a change of the normalised image added at the end. */
  public Pipeline with(FloatTransform transform) {
    List<FloatTransform> all = new ArrayList<>(after);
    all.add(transform);
    return new Pipeline(transforms, normalize, all);
  }

  /** The 8-bit image after the transforms, for showing. */
  public Image transform(Image image, RandomGenerator draws) {
    Image result = image;
    for (Transform transform : transforms) {
      result = transform.apply(result, draws);
    }
    return result;
  }

  /** What the model sees. */
  public FloatImage apply(Image image, RandomGenerator draws) {
    FloatImage result = normalize.apply(transform(image, draws));
    for (FloatTransform transform : after) {
      result = transform.apply(result, draws);
    }
    return result;
  }
}
