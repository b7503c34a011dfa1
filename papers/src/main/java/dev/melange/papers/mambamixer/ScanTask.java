package dev.melange.papers.mambamixer;

import java.util.Arrays;

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
 * @param beside states that one row of numbers holds, each for all lanes; a divisor of all
 */
record ScanTask(
    int slot, int chunk, int sample, int samples, int channel, int channels, int beside) {
  /** Number of lanes. */
  int lanes() {
    return samples * channels;
  }

  /** Length of a row of some states. */
  int wide() {
    return beside * lanes();
  }

  /** The first lane of all of a shape. */
  long firstLane(ScanShape shape) {
    return (long) sample * shape.channels() + channel;
  }

  /**
   * Rows of some states with numbers of each channel.
   *
   * @param numbers [D, count]
   * @param count numbers of a channel: all states, or one
   */
  double[][] readPerChannel(HostNumbers numbers, int count, Scratch.Use use, Scratch scratch) {
    double[] tile = scratch.row(Scratch.Use.TILE, channels * count);
    numbers.read((long) channel * count, tile, 0, channels * count, scratch);
    double[][] rows = scratch.rows(use, (count + beside - 1) / beside, wide());
    for (int i = 0; i < count; i++) {
      for (int lane = 0; lane < lanes(); lane++) {
        rows[i / beside][i % beside * lanes() + lane] = tile[lane % channels * count + i];
      }
    }
    return rows;
  }

  /**
   * Writes the sums over the samples of such rows.
   *
   * @param numbers [slots, D, count]
   */
  void writePerChannel(
      double[][] rows, int count, HostNumbers numbers, ScanShape shape, Scratch scratch) {
    double[] tile = scratch.row(Scratch.Use.TILE, channels * count);
    Arrays.fill(tile, 0, channels * count, 0);
    for (int i = 0; i < count; i++) {
      for (int lane = 0; lane < lanes(); lane++) {
        tile[lane % channels * count + i] += rows[i / beside][i % beside * lanes() + lane];
      }
    }
    long first = ((long) slot * shape.channels() + channel) * count;
    numbers.write(tile, 0, first, channels * count, scratch);
  }
}
