package dev.melange.papers.mambamixer;

/**
 * A part of the samples and channels of a scan: several samples with all channels, or some channels
 * of one group of one sample. Its rows, pairs of a sample and a channel, follow one another in
 * memory.
 *
 * @param slot which part of the samples
 * @param chunk which part of the group's channels
 * @param sample the first sample
 * @param samples their number
 * @param channel the first channel
 * @param channels their number
 */
record ScanTask(int slot, int chunk, int sample, int samples, int channel, int channels) {
  /** Number of rows. */
  int rows() {
    return samples * channels;
  }
}
