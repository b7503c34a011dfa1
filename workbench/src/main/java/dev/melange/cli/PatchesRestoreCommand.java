package dev.melange.cli;

import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.hourglassmlp.PatchRestorer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restores an image patch by patch. */
@Command(
    name = "restore",
    description = "Remove noise from an image or enlarge it, with a network of 'patches fit'.",
    footer =
        "  melange patches restore --weights clean.safetensors --data noisy.png --out clean.png")
final class PatchesRestoreCommand extends Subcommand {
  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "The file that 'melange patches fit' wrote.")
  private Path weights;

  @Option(names = "--data", required = true, paramLabel = "FILE", description = "The image.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the result, as PNG.")
  private Path out;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new IllegalArgumentException("--out is a PNG file, got " + out);
    }
    Image image = ImageFiles.read(data);
    try (PatchRestorer restorer = PatchRestorer.load(weights)) {
      Image restored = restorer.restore(image);
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(restored.toBufferedImage(), "png", png);
      AtomicFiles.write(out, png.toByteArray());
      console.result(
          () ->
              Json.object()
                  .put("width", restored.width())
                  .put("height", restored.height())
                  .put("out", out.toString()),
          () ->
              console.line(
                  "%d x %d pixels: %s".formatted(restored.width(), restored.height(), out)));
    }
    return ExitCode.OK;
  }
}
