package dev.melange.papers.adamixup;

import dev.melange.component.Default;

/**
 * The networks and the objective of a training step.
 *
 * @param in_channels channels of the images
 * @param image_size rows and columns of the images, multiples of 4
 * @param channels channels of the convolutions
 * @param hidden width of the hidden layer
 * @param num_classes number of classes
 * @param gate_hidden width of the generator's second hidden layer
 * @param fold images in a mixed tuple, 2 or more
 * @param label_grad whether the gradient reaches the generator through the mixed targets, too
 * @param weight_decay factor of half the sum of the squared parameters
 */
record AdaMixUpStepConfig(
    int in_channels,
    int[] image_size,
    @Default("32") int channels,
    @Default("512") int hidden,
    @Default("10") int num_classes,
    @Default("100") int gate_hidden,
    @Default("2") int fold,
    @Default("false") boolean label_grad,
    @Default("0.0001") double weight_decay) {
  /** Refuses what has no objective. */
  AdaMixUpStepConfig {
    if (!(weight_decay >= 0)) {
      throw new IllegalArgumentException("weight_decay is 0 or more, got " + weight_decay);
    }
  }

  /** The networks alone. */
  AdaMixUp.Config networks() {
    return new AdaMixUp.Config(
        in_channels, image_size, channels, hidden, num_classes, gate_hidden, fold);
  }
}
