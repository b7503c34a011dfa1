package dev.melange.data.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Everything between a stored image and a model: transforms in order, normalisation, and perhaps
 * random erasing.
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
 * @param erasing applied last, if present
 */
public record Pipeline(
    List<Transform> transforms, Normalize normalize, Optional<RandomErasing> erasing) {
  /** Copies the list. */
  public Pipeline {
    transforms = List.copyOf(transforms);
    Objects.requireNonNull(normalize, "normalize");
    Objects.requireNonNull(erasing, "erasing");
  }

  /** Transforms in order, then normalisation. */
  public static Pipeline of(Normalize normalize, Transform... transforms) {
    return new Pipeline(List.of(transforms), normalize, Optional.empty());
  }

  /** The same with a transform added at the end. */
  public Pipeline then(Transform transform) {
    List<Transform> all = new ArrayList<>(transforms);
    all.add(transform);
    return new Pipeline(all, normalize, erasing);
  }

  /** The same with random erasing. */
  public Pipeline with(RandomErasing randomErasing) {
    return new Pipeline(transforms, normalize, Optional.of(randomErasing));
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
    FloatImage normalized = normalize.apply(transform(image, draws));
    return erasing.isPresent() ? erasing.get().apply(normalized, draws) : normalized;
  }
}
