package dev.melange.data.image;

import java.util.random.RandomGenerator;

/** Takes the colours out: red, green and blue become the luma. The number of channels stays. */
public record Grayscale() implements Transform {
  @Override
  public Image apply(Image image, RandomGenerator draws) {
    return image.withChannels(1).withChannels(image.channels());
  }
}
