package dev.melange.papers.mambamixer;

import dev.melange.component.OneOf;
import dev.melange.nn.Extent;
import dev.melange.papers.study.Scale;
import java.util.List;

/**
 * Settings of the study.
 *
 * @param parts what is tested; the first one decides the verdict
 * @param vision the contest of channel mixers
 * @param copying selective copying
 * @param series forecasts
 */
record MambaMixerSettings(
    @OneOf({"vision", "copying", "series"}) List<String> parts,
    Vision vision,
    Copying copying,
    Series series) {
  /** Checks the parts. */
  MambaMixerSettings {
    parts = List.copyOf(parts);
    if (parts.isEmpty() || parts.stream().distinct().count() != parts.size()) {
      throw new IllegalArgumentException("parts are named once each, at least one; got " + parts);
    }
  }

  /**
   * Image classification with different channel mixers.
   *
   * @param data set of images
   * @param seeds trainings of each network
   * @param train training images
   * @param test test images
   * @param patch_size side of the patches
   * @param embed_dims features by stage
   * @param depths blocks by stage
   * @param d_state states of each channel
   * @param epochs passes over the training images
   * @param batch images per step
   * @param learning_rate peak of AdamW's, which falls as a cosine
   * @param weight_decay of AdamW
   * @param augment whether training images are mirrored and shifted
   */
  record Vision(
      @OneOf({"digits", "cifar10"}) String data,
      int seeds,
      int train,
      int test,
      int patch_size,
      List<Integer> embed_dims,
      List<Integer> depths,
      int d_state,
      int epochs,
      int batch,
      double learning_rate,
      double weight_decay,
      boolean augment) {
    /** Checks the numbers that no other class checks. */
    Vision {
      if (seeds < 1 || test < 1 || epochs < 1 || train < batch) {
        throw new IllegalArgumentException(
            "vision needs a seed, an epoch, a test image and a batch of training images, got %d, %d, %d and %d for batches of %d"
                .formatted(seeds, epochs, test, train, batch));
      }
    }

    /** The network for images. */
    MambaMixerConfig network(int channels, int side, int classes) {
      return new MambaMixerConfig(
          Extent.square(side),
          patch_size,
          channels,
          embed_dims,
          depths,
          d_state,
          3,
          1,
          3,
          1,
          0,
          classes);
    }
  }

  /**
   * Selective copying.
   *
   * @param seeds trainings of each network
   * @param noise length of the sequence in which the symbols are hidden
   * @param marked symbols to be copied
   * @param symbols different symbols
   * @param d_model features
   * @param d_state states of each channel
   * @param blocks Mamba blocks
   * @param train training sequences
   * @param epochs passes over them
   * @param batch sequences per step
   * @param learning_rate peak of AdamW's, which falls as a cosine
   */
  record Copying(
      int seeds,
      int noise,
      int marked,
      int symbols,
      int d_model,
      int d_state,
      int blocks,
      int train,
      int epochs,
      int batch,
      double learning_rate) {
    /** Checks the numbers. */
    Copying {
      if (seeds < 1 || marked < 1 || noise < marked || symbols < 2 || blocks < 1 || epochs < 1) {
        throw new IllegalArgumentException(
            "copying needs a seed, a block, an epoch, two symbols and room for the marked ones, got %d, %d, %d, %d and %d of %d"
                .formatted(seeds, blocks, epochs, symbols, marked, noise));
      }
    }
  }

  /**
   * Forecasts of TSM2 and DLinear.
   *
   * @param data series: ETTh1, ETTh2 or us-flights-hourly
   * @param seeds trainings of each
   * @param seq_len history length
   * @param horizon steps forecast
   * @param epochs passes of TSM2
   * @param linear_epochs passes of DLinear
   * @param batch windows per step
   * @param window_share share of the training windows that an epoch takes
   */
  record Series(
      @OneOf({"ETTh1", "ETTh2", "us-flights-hourly"}) String data,
      int seeds,
      int seq_len,
      int horizon,
      int epochs,
      int linear_epochs,
      int batch,
      double window_share) {
    /** Checks the numbers that no other class checks. */
    Series {
      if (seeds < 1) {
        throw new IllegalArgumentException("series need at least one seed, got " + seeds);
      }
    }
  }

  /** The settings of a scale. */
  static MambaMixerSettings of(Scale scale) {
    List<String> all = List.of("vision", "copying", "series");
    return switch (scale) {
      case SMOKE ->
          new MambaMixerSettings(
              all,
              new Vision(
                  "digits", 1, 300, 100, 2, List.of(12), List.of(2), 2, 4, 20, 1e-2, 0.01, false),
              new Copying(1, 8, 2, 4, 12, 4, 1, 512, 4, 32, 1e-2),
              new Series("us-flights-hourly", 1, 48, 12, 2, 2, 32, 0.05));
      case QUICK ->
          new MambaMixerSettings(
              all,
              new Vision(
                  "digits", 5, 1437, 360, 1, List.of(24), List.of(2), 4, 8, 62, 3e-3, 0.01, false),
              new Copying(3, 64, 4, 8, 32, 8, 2, 4096, 6, 64, 5e-3),
              new Series("ETTh1", 3, 96, 96, 3, 8, 128, 0.5));
      case FULL ->
          new MambaMixerSettings(
              all,
              new Vision(
                  "cifar10",
                  5,
                  50_000,
                  10_000,
                  4,
                  List.of(48, 96),
                  List.of(2, 2),
                  8,
                  200,
                  128,
                  2e-3,
                  0.05,
                  true),
              new Copying(5, 64, 4, 8, 64, 16, 2, 65_536, 20, 64, 2e-3),
              new Series("ETTh1", 5, 96, 96, 10, 10, 32, 1));
    };
  }
}
