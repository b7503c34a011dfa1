package dev.melange.papers.fields;

import dev.melange.data.DataException;
import dev.melange.io.AtomicFiles;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** Sounds in WAV files: integers of 8, 16, 24 or 32 bits, any number of channels. */
final class WavFiles {
  private static final int BYTES_WRITTEN = 2;
  private static final double LARGEST_WRITTEN = 32767;

  /**
   * Samples from -1 to 1.
   *
   * @param names of the channels
   * @param samples by channel
   * @param rate samples per second; 0 if not known
   */
  record Sound(List<String> names, double[][] samples, double rate) {}

  private WavFiles() {}

  static Sound read(Path file) throws IOException {
    try (var bytes = new BufferedInputStream(Files.newInputStream(file));
        AudioInputStream in = AudioSystem.getAudioInputStream(bytes)) {
      AudioFormat format = in.getFormat();
      int bits = format.getSampleSizeInBits();
      boolean signed = format.getEncoding().equals(AudioFormat.Encoding.PCM_SIGNED);
      boolean whole = signed || format.getEncoding().equals(AudioFormat.Encoding.PCM_UNSIGNED);
      if (!whole || bits % 8 != 0 || bits < 8 || bits > 32 || format.getChannels() < 1) {
        throw new DataException(
            "%s is a sound of %s; convert it to PCM of 8, 16, 24 or 32 bits"
                .formatted(file, format));
      }
      int frame = format.getFrameSize();
      if (in.getFrameLength() > SignalFiles.MAX_VALUES / format.getChannels()) {
        throw new DataException(
            "%s has %,d samples; the limit is %,d"
                .formatted(
                    file, in.getFrameLength(), SignalFiles.MAX_VALUES / format.getChannels()));
      }
      byte[] data = in.readAllBytes();
      int length = data.length / frame;
      if (length == 0) {
        throw new DataException(file + " has no samples");
      }
      return new Sound(
          IntStream.rangeClosed(1, format.getChannels()).mapToObj(c -> "channel " + c).toList(),
          samples(data, format, length, signed),
          format.getSampleRate());
    } catch (UnsupportedAudioFileException e) {
      throw new DataException(file + " is not a WAV file that can be read; convert it to PCM", e);
    }
  }

  private static double[][] samples(byte[] data, AudioFormat format, int length, boolean signed) {
    int channels = format.getChannels();
    int width = format.getSampleSizeInBits() / 8;
    double largest = Math.pow(2, format.getSampleSizeInBits() - 1.0);
    double[][] samples = new double[channels][length];
    for (int i = 0; i < length; i++) {
      for (int c = 0; c < channels; c++) {
        int at = (i * channels + c) * width;
        long value = 0;
        for (int b = 0; b < width; b++) {
          int place = format.isBigEndian() ? at + b : at + width - 1 - b;
          value = (value << 8) | (data[place] & 0xff);
        }
        int unused = Long.SIZE - 8 * width;
        double centred = signed ? (double) ((value << unused) >> unused) : (double) value - largest;
        samples[c][i] = centred / largest;
      }
    }
    return samples;
  }

  /** Writes 16 bits per sample; the line's values must be in -1..1 in their own unit. */
  static void write(Signal line, Path file) throws IOException {
    Signal.Shape shape = line.shape();
    if (shape.rate() == 0) {
      throw new IllegalArgumentException(
          "%s has no sample rate, so it cannot be written as WAV; write .csv"
              .formatted(line.name()));
    }
    int channels = shape.channels().size();
    int length = shape.sizes().get(0);
    ByteBuffer bytes =
        ByteBuffer.allocate(length * channels * BYTES_WRITTEN).order(ByteOrder.LITTLE_ENDIAN);
    double[][] samples = new double[channels][];
    for (int c = 0; c < channels; c++) {
      samples[c] = line.channel(c);
    }
    for (int i = 0; i < length; i++) {
      for (int c = 0; c < channels; c++) {
        double cut = Math.max(-1, Math.min(1, samples[c][i]));
        bytes.putShort((short) Math.round(cut * LARGEST_WRITTEN));
      }
    }
    var format = new AudioFormat((float) shape.rate(), 8 * BYTES_WRITTEN, channels, true, false);
    AtomicFiles.write(
        file,
        out -> {
          try (var in =
              new AudioInputStream(new ByteArrayInputStream(bytes.array()), format, length)) {
            AudioSystem.write(in, AudioFileFormat.Type.WAVE, out);
          }
        });
  }
}
