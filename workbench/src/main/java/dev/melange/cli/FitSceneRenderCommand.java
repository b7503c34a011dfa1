package dev.melange.cli;

import dev.melange.data.image.FloatImage;
import dev.melange.data.image.ImageFileWriter;
import dev.melange.papers.coordinateawaremodulation.FittedScene;
import dev.melange.papers.coordinateawaremodulation.PosedImages;
import dev.melange.papers.coordinateawaremodulation.VolumeRendering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders a fitted scene from cameras on a circle. */
@Command(
    name = "render",
    description =
        "Render a scene that 'fit-scene' learned from cameras on a circle about its centre, over"
            + " time if it moves. Writes numbered PNG files, colours and depth.",
    footer = {
      "  melange fit-scene render scene.safetensors --frames 40 -o turn/",
      "  melange fit-scene render scene.safetensors --frames 1 --turn 0.25 --size 200 -o view/"
    })
final class FitSceneRenderCommand extends Subcommand {
  @Parameters(paramLabel = "FILE", description = "scene.safetensors of 'fit-scene'.")
  private Path file;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "24",
      description = "Pictures of a full turn. Default: ${DEFAULT-VALUE}.")
  private int frames;

  @Option(
      names = "--turn",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "Where the turn begins, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double turn;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Height of the pictures. Default: that of the pictures learned from.")
  private Integer size;

  @Option(
      names = "--distance",
      paramLabel = "DISTANCE",
      defaultValue = "4",
      description = "From the centre. Default: ${DEFAULT-VALUE}.")
  private double distance;

  @Option(
      names = "--height",
      paramLabel = "HEIGHT",
      defaultValue = "1.6",
      description = "Above the centre. Default: ${DEFAULT-VALUE}.")
  private double height;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where to write the pictures.")
  private Path out;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    if (frames < 1 || (size != null && size < 1)) {
      throw new IllegalArgumentException(
          "--frames and --size must be at least 1, got %d and %s".formatted(frames, size));
    }
    if (!(distance > 0 && Math.abs(height) < distance)) {
      throw new IllegalArgumentException(
          "--distance must be positive and --height less than it, got %s and %s"
              .formatted(distance, height));
    }
    compute.start();
    try (FittedScene scene = FittedScene.load(file)) {
      VolumeRendering.Camera camera = camera(scene.camera());
      Files.createDirectories(out);
      try (Progress progress = console.progress("rendering", frames, "pictures")) {
        for (int i = 0; i < frames; i++) {
          if (cancellation.getAsBoolean()) {
            throw new CancellationException("rendering was stopped");
          }
          double[] pose = PosedImages.orbit(turn + (double) i / frames, height, distance);
          double time = frames == 1 ? 0 : (double) i / (frames - 1);
          write(scene, scene.render(camera, pose, time), camera, i);
          progress.at(i + 1);
        }
      }
      console.result(
          () ->
              Json.object()
                  .put("frames", frames)
                  .put("height", camera.height())
                  .put("width", camera.width())
                  .put("out", out.toString()),
          () ->
              console.line(
                  "%d pictures of %d x %d: %s"
                      .formatted(frames, camera.height(), camera.width(), out)));
    }
    return ExitCode.OK;
  }

  private VolumeRendering.Camera camera(VolumeRendering.Camera learned) {
    if (size == null) {
      return learned;
    }
    double factor = (double) size / learned.height();
    int width = Math.max(1, (int) Math.round(learned.width() * factor));
    return new VolumeRendering.Camera(size, width, learned.focal() * factor);
  }

  private void write(
      FittedScene scene, FittedScene.Picture picture, VolumeRendering.Camera camera, int number)
      throws IOException {
    int pixels = camera.height() * camera.width();
    float[] colours = new float[3 * pixels];
    float[] depth = new float[pixels];
    double near = scene.options().near();
    double far = scene.options().far();
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < 3; c++) {
        colours[c * pixels + i] = picture.colours()[3 * i + c];
      }
      // near is white; what lies behind everything is black
      double nearness = (far - picture.depth()[i]) / (far - near);
      depth[i] = (float) (nearness * picture.opacity()[i]);
    }
    String name = String.format(Locale.ROOT, "%04d", number);
    ImageFileWriter.write(
        new FloatImage(3, camera.height(), camera.width(), colours).toImage(),
        out.resolve(name + ".png"));
    ImageFileWriter.write(
        new FloatImage(1, camera.height(), camera.width(), depth).toImage(),
        out.resolve(name + "-depth.png"));
  }
}
