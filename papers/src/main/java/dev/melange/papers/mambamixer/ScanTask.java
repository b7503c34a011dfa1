package dev.melange.papers.mambamixer;

/**
 * A part of the samples and channels of a scan: several samples with all channels, or some channels
 * of one group of one sample. Its lanes, pairs of a sample and a channel, follow one another in
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
  /** Number of lanes. */
  int lanes() {
    return samples * channels;
  }

  /** The first lane of all of a shape. */
  long firstLane(ScanShape shape) {
    return (long) sample * shape.channels() + channel;
  }

  /**
   * Reads numbers of each channel, [D, count], into one row per number, of all lanes.
   *
   * @param count numbers of a channel
   */
  void readPerChannel(HostNumbers numbers, int count, double[][] rows, Scratch scratch) {
    numbers.readColumns((long) channel * count, count, rows, count, channels, scratch);
    for (int i = 0; i < count; i++) {
      for (int s = 1; s < samples; s++) {
        System.arraycopy(rows[i], 0, rows[i], s * channels, channels);
      }
    }
  }

  /**
   * Writes the sums over the samples of such rows, [slots, D, count].
   *
   * @param rows are overwritten
   */
  void writePerChannel(
      double[][] rows, int count, HostNumbers numbers, ScanShape shape, Scratch scratch) {
    for (int i = 0; i < count; i++) {
      for (int lane = channels; lane < lanes(); lane++) {
        rows[i][lane % channels] += rows[i][lane];
      }
    }
    long first = ((long) slot * shape.channels() + channel) * count;
    numbers.writeColumns(rows, count, channels, first, count, scratch);
  }
}
