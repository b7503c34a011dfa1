package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  private static Image decode(byte[] bytes) {
    return ImageFiles.decode("x.img", bytes, ImageFiles.MAX_PIXELS);
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  private static Image colourful() {
    byte[] data = new byte[3 * 4 * 6];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 3);
    }
    return new Image(3, 4, 6, data);
  }

  private static byte[] photo() throws IOException {
    try (InputStream in = Source.bundled("china.jpg").open()) {
      return in.readAllBytes();
    }
  }

  @Test
  void readsTheBundledPhotographs() throws IOException {
    Image china = decode(photo());
    assertThat(china).hasToString("Image[3, 427, 640]");
    // Values of the first pixel as the common decoders give them.
    assertThat(new int[] {china.get(0, 0, 0), china.get(1, 0, 0), china.get(2, 0, 0)})
        .containsExactly(174, 201, 231);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void keepsSamplesOfLosslessFormats(String format) throws IOException {
    assertThat(decode(encode(colourful().toBufferedImage(), format))).isEqualTo(colourful());
  }

  @Test
  void keepsGreySamples() throws IOException {
    Image grey = colourful().withChannels(1);
    assertThat(decode(encode(grey.toBufferedImage(), "png"))).isEqualTo(grey);
    BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x1234);
    deep.getRaster().setSample(1, 0, 0, 0xffff);
    assertThat(decode(encode(deep, "png")).data()).containsExactly(0x12, (byte) 0xff);
    BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    bits.setRGB(1, 0, 0xffffff);
    assertThat(decode(encode(bits, "png")).withChannels(1).data()).containsExactly(0, (byte) 255);
  }

  @Test
  void leavesTransparencyOut() throws IOException {
    BufferedImage clear = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    clear.setRGB(0, 0, 0x000a0b0c);
    assertThat(decode(encode(clear, "png")).data()).containsExactly(10, 11, 12);
  }

  @Test
  void readsPalettesAndGifs() throws IOException {
    BufferedImage palette = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_INDEXED);
    palette.setRGB(0, 0, 0xffff0000);
    Image image = decode(encode(palette, "gif"));
    assertThat(new int[] {image.get(0, 0, 0), image.get(1, 0, 0), image.get(2, 0, 0)})
        .containsExactly(255, 0, 0);
  }

  @Test
  void readsCmykJpegs() throws IOException {
    WritableRaster raster = Raster.createInterleavedRaster(0, 16, 16, 4, null);
    for (int i = 0; i < 256; i++) {
      raster.setPixel(i % 16, i / 16, new int[] {0, 255, 255, 0});
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = null;
    for (Iterator<ImageWriter> it = ImageIO.getImageWritersByFormatName("jpeg"); it.hasNext(); ) {
      ImageWriter next = it.next();
      if (next.canWriteRasters()) {
        writer = next;
      }
    }
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    assertThat(decode(out.toByteArray())).hasToString("Image[3, 16, 16]");
  }

  @Test
  void turnsJpegsUpright() throws IOException {
    // Left half dark, right half bright.
    BufferedImage image = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 32 * 16; i++) {
      image.getRaster().setSample(i % 32, i / 32, 0, i % 32 < 16 ? 20 : 220);
    }
    byte[] jpeg = encode(image, "jpg");
    assertThat(decode(jpeg).width()).isEqualTo(32);
    int[] topLeft = {0, 20, 220, 220, 20, 20, 20, 220, 220};
    for (int orientation = 1; orientation <= 8; orientation++) {
      Image upright = decode(withOrientation(jpeg, orientation));
      assertThat(upright.width()).isEqualTo(orientation < 5 ? 32 : 16);
      assertThat(upright.get(0, 0, 0))
          .as("orientation %d", orientation)
          .isBetween(topLeft[orientation] - 8, topLeft[orientation] + 8);
    }
    assertThat(decode(withOrientation(jpeg, 99)).width()).isEqualTo(32);
  }

  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xffe1).putShort((short) 34);
    exif.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    exif.putShort((short) 0x4d4d).putShort((short) 42).putInt(8);
    exif.putShort((short) 1);
    exif.putShort((short) 0x112).putShort((short) 3).putInt(1);
    exif.putShort((short) orientation).putShort((short) 0);
    exif.putInt(0);
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + 36);
    out.put(jpeg, 0, 2).put(exif.array()).put(jpeg, 2, jpeg.length - 2);
    return out.array();
  }

  @Test
  void orientationsOfTheExifStandard() {
    // 1 2 3
    // 4 5 6
    Image image = new Image(1, 2, 3, new byte[] {1, 2, 3, 4, 5, 6});
    byte[][] expected = {
      {1, 2, 3, 4, 5, 6},
      {3, 2, 1, 6, 5, 4},
      {6, 5, 4, 3, 2, 1},
      {4, 5, 6, 1, 2, 3},
      {1, 4, 2, 5, 3, 6},
      {4, 1, 5, 2, 6, 3},
      {6, 3, 5, 2, 4, 1},
      {3, 6, 2, 5, 1, 4}
    };
    for (int orientation = 1; orientation <= 8; orientation++) {
      assertThat(ImageFiles.orient(image, orientation).data())
          .as("orientation %d", orientation)
          .isEqualTo(expected[orientation - 1]);
    }
  }

  @Test
  void refusesWhatIsNoImage() {
    assertThatThrownBy(() -> decode("hello world\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.img is not an image that can be read")
        .hasMessageContaining("'hello world?'");
    assertThatThrownBy(() -> decode(new byte[0])).hasMessage("x.img is empty; it is not an image");
  }

  @Test
  void refusesTruncatedJpegs() throws IOException {
    byte[] photo = photo();
    for (int keep : new int[] {3, 100, 1000, photo.length / 2, photo.length - 2000}) {
      assertThatThrownBy(() -> decode(Arrays.copyOf(photo, keep)))
          .as("first %d bytes", keep)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("x.img");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp"})
  void refusesTruncatedFilesOfOtherFormats(String format) throws IOException {
    byte[] file = encode(decode(photo()).toBufferedImage(), format);
    for (double part : new double[] {0.1, 0.5, 0.9, 0.999}) {
      assertThatThrownBy(() -> decode(Arrays.copyOf(file, (int) (part * file.length))))
          .as("%s of it", part)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("x.img is damaged or cut off");
    }
  }

  @Test
  void readsWebp() {
    byte[] lossless =
        Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
    assertThat(decode(lossless).data()).containsExactly(0, 0, 0);
    byte[] lossy =
        Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
    assertThat(decode(lossy)).hasToString("Image[3, 1, 1]");
    assertThatThrownBy(() -> decode(Arrays.copyOf(lossy, 37)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.img is damaged or cut off");
  }

  @Test
  void refusesHugeImagesBeforeDecodingThem() throws IOException {
    byte[] png = encode(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "png");
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, 2_000_000_000).putInt(20, 2_000_000_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());
    assertThatThrownBy(() -> decode(png))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2,000,000,000 x 2,000,000,000 pixels; the limit is 64,000,000");
    byte[] small = encode(colourful().toBufferedImage(), "png");
    assertThatThrownBy(() -> ImageFiles.decode("x.png", small, 23))
        .hasMessageContaining("6 x 4 pixels; the limit is 23");
    assertThat(ImageFiles.decode("x.png", small, 24).width()).isEqualTo(6);
  }

  @Test
  void readsASinglePixel() throws IOException {
    assertThat(decode(encode(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "jpg")))
        .hasToString("Image[3, 1, 1]");
  }

  @Test
  void damagedFilesGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("ImageFilesTest seed " + seed);
    Random random = new Random(seed);
    BufferedImage image = colourful().toBufferedImage();
    byte[][] good = {
      encode(image, "png"), encode(image, "jpg"), encode(image, "gif"), encode(image, "bmp")
    };
    for (int i = 0; i < 2000; i++) {
      byte[] bad = good[i % good.length].clone();
      if (random.nextInt(3) == 0) {
        bad = Arrays.copyOf(bad, random.nextInt(bad.length));
      }
      for (int n = random.nextInt(6); n > 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        Image read = ImageFiles.decode("bad", bad, 100_000);
        assertThat(read.pixels()).isLessThanOrEqualTo(100_000);
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("bad");
      }
    }
  }
}
