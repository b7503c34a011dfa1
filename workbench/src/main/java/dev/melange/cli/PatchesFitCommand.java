package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.Source;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.papers.hourglassmlp.Degradation;
import dev.melange.papers.hourglassmlp.PatchRestorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Learns to restore patches of a user's images. */
@Command(
    name = "fit",
    description =
        "Learn from images to remove noise from others of the kind, or to enlarge them. The right"
            + " fifth of every image is kept for the test.",
    footer = {
      "  melange patches fit --data photos/ --task denoise --sigma 0.1 --out clean.safetensors",
      "  melange patches fit --data photos/ --task enlarge --factor 2 --out larger.safetensors",
      "  melange patches fit --data photos/ --set epochs=30 --set width=2048 --out c.safetensors"
    })
final class PatchesFitCommand extends Subcommand {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE|DIR",
      description = "An image, or a folder of images (not of folders).")
  private Path data;

  @Option(
      names = "--task",
      defaultValue = "denoise",
      paramLabel = "denoise|enlarge",
      description = "What to learn (default: ${DEFAULT-VALUE}).")
  private String task;

  @Option(
      names = "--sigma",
      defaultValue = "0.1",
      paramLabel = "S",
      description = "Strength of the noise; white is 1 (default: ${DEFAULT-VALUE}).")
  private double sigma;

  @Option(
      names = "--factor",
      defaultValue = "2",
      paramLabel = "N",
      description = "How many times larger (default: ${DEFAULT-VALUE}).")
  private int factor;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change patch, width, bottleneck, depth, patches, epochs, batch, learning_rate or seed;"
              + " repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the network, a safetensors file.")
  private Path out;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    Degradation degradation =
        switch (task) {
          case "denoise" -> Degradation.noise(sigma);
          case "enlarge" -> Degradation.shrink(factor);
          default ->
              throw new IllegalArgumentException(
                  "unknown task '%s'; expected denoise or enlarge".formatted(task));
        };
    PatchRestorer.Options options =
        Configs.with(
            PatchRestorer.Options.of(degradation), Configs.parseOverrides(settings), "patches fit");
    compute.start();
    Map<String, String> hashes = new LinkedHashMap<>();
    List<Image> images = new ArrayList<>();
    for (Path file : files()) {
      images.add(ImageFiles.read(file));
      hashes.put(file.toString(), ContentHash.of(Source.of(file)).sha256());
    }
    try (PatchRestorer restorer =
        Fitting.run(
            console, cancellation, run -> PatchRestorer.fit(images, options, hashes, run))) {
      restorer.save(out);
      PatchRestorer.Quality quality = restorer.quality().orElseThrow();
      console.result(
          () ->
              Json.object()
                  .put("images", images.size())
                  .put("psnr", quality.psnr())
                  .put("psnr_before", quality.before())
                  .put("out", out.toString()),
          () -> {
            console.line(
                String.format(
                    Locale.ROOT,
                    "%d images; on patches kept for the test the PSNR went from %.2f to %.2f dB.",
                    images.size(),
                    quality.before(),
                    quality.psnr()));
            console.line("Model: " + out);
          });
    }
    return ExitCode.OK;
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(data)) {
      return List.of(data);
    }
    try (Stream<Path> all = Files.list(data)) {
      List<Path> images =
          all.filter(file -> ImageFiles.isImageName(file.getFileName().toString()))
              .sorted()
              .toList();
      if (images.isEmpty()) {
        throw new IllegalArgumentException(data + " has no images (folders in it are not read)");
      }
      return images;
    }
  }
}
