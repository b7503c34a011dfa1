package dev.melange.data.image;

import dev.melange.io.AtomicFiles;
import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes image files, atomically: PNG, or JPEG of high quality, as the file's name says. */
public final class ImageFileWriter {
  private static final float JPEG_QUALITY = 0.95f;

  private ImageFileWriter() {}

  /** Whether a file's name has the ending of a format that can be written. */
  public static boolean isWritable(Path file) {
    String format = ending(file);
    return format.equals("png") || format.equals("jpg") || format.equals("jpeg");
  }

  /**
   * Writes an image; missing folders are not created.
   *
   * @param file ending in {@code .png}, {@code .jpg} or {@code .jpeg}
   * @throws IllegalArgumentException for any other ending
   */
  public static void write(Image image, Path file) throws IOException {
    if (!isWritable(file)) {
      throw new IllegalArgumentException(
          file + " cannot be written: images are written as .png, .jpg or .jpeg");
    }
    boolean png = ending(file).equals("png");
    ImageWriter writer = ImageIO.getImageWritersByFormatName(png ? "png" : "jpeg").next();
    try {
      AtomicFiles.write(
          file,
          out -> {
            // memory, not the default cache file: nothing but the image itself is written
            try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
              writer.setOutput(stream);
              ImageWriteParam param = writer.getDefaultWriteParam();
              if (!png) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(JPEG_QUALITY);
              }
              BufferedImage picture = png ? view(image) : image.toBufferedImage();
              writer.write(null, new IIOImage(picture, null, null), param);
            }
          });
    } finally {
      writer.dispose();
    }
  }

  private static String ending(Path file) {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** The image's own samples in AWT's form, not copied. */
  private static BufferedImage view(Image image) {
    int channels = image.channels();
    int[] banks = new int[channels];
    int[] offsets = new int[channels];
    for (int c = 0; c < channels; c++) {
      offsets[c] = c * image.pixels();
    }
    var model =
        new BandedSampleModel(
            DataBuffer.TYPE_BYTE, image.width(), image.height(), image.width(), banks, offsets);
    WritableRaster raster =
        Raster.createWritableRaster(
            model, new DataBufferByte(image.data(), image.data().length), null);
    ColorSpace space =
        ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    var colors =
        new ComponentColorModel(
            space, false, false, ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
    return new BufferedImage(colors, raster, false, null);
  }
}
