package dev.melange.papers.mambamixer;

import dev.melange.tensor.Tensor;

/**
 * A part of the samples and channels of a scan: several samples with all channels, or some channels
 * of one group of one sample.
 *
 * @param slot which part of the samples
 * @param chunk which part of the group's channels
 * @param sample the first sample
 * @param samples their number
 * @param channel the first channel
 * @param channels their number
 */
record ScanTask(int slot, int chunk, int sample, int samples, int channel, int channels) {
  /** Pairs of a sample and a channel. */
  int rows() {
    return samples * channels;
  }

  /** The part of a tensor [B, D, ...]. */
  Tensor slice(Tensor x) {
    return x.narrow(0, sample, samples).narrow(1, channel, channels);
  }
}
