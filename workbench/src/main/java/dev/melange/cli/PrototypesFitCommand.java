package dev.melange.cli;

import dev.melange.component.Configs;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.LabelledImage;
import dev.melange.papers.ImageInput;
import dev.melange.papers.hourglassmlp.PrototypeDrawer;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Learns to draw the prototypes of a user's classes. */
@Command(
    name = "fit",
    description =
        "Learn from images, in one folder per class (CLASS/x.png, or train/CLASS/x.png and"
            + " valid/CLASS/x.png), or from a named data set, to draw the prototype of the class of"
            + " an image.",
    footer = {
      "  melange prototypes fit --data symbols/ --out symbols.safetensors --picture learned.png",
      "  melange prototypes fit --data digits --channels 1 --size 8 --out digits.safetensors",
      "  melange prototypes fit --data symbols.zip --set prototype=sample --set epochs=40 --out"
          + " s.safetensors"
    })
final class PrototypesFitCommand extends Subcommand {
  private static final int ROWS = 12;

  @Mixin private LabelledPhotosOptions images;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of the square that is seen and drawn. Default: 24.")
  private Integer size;

  @Option(
      names = "--channels",
      paramLabel = "1|3",
      description =
          "Convert all images to grey (1) or colour (3). Default: 3, and images of other channels"
              + " are refused.")
  private Integer channels;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change prototype (mean, or sample: the first image of each class), width, bottleneck,"
              + " depth, epochs, batch, learning_rate or seed; repeatable.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the network, a safetensors file.")
  private Path out;

  @Option(
      names = "--picture",
      paramLabel = "PNG",
      description = "Draw validation images, what the network makes of them and the prototypes.")
  private Path picture;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    PrototypePictures.requirePng("--picture", picture);
    PrototypeDrawer.Options options = options();
    compute.start();
    ImageInput input = ImageInput.of(options.channels(), options.size(), options.convert());
    try (TrainingPhotos photos =
            TrainingPhotos.open(images.source(options.seed()), input, console);
        PrototypeDrawer drawer = fit(photos, options, console, cancellation)) {
      drawer.save(out);
      if (picture != null) {
        PrototypePictures.write(drawer, some(photos), picture);
      }
      PrototypeDrawer.Quality quality = drawer.quality().orElseThrow();
      console.result(
          () ->
              Json.object()
                  .put("train", photos.train().size())
                  .put("valid", photos.valid().size())
                  .put("classes", photos.classes().size())
                  .put("psnr", quality.psnr())
                  .put("accuracy", quality.accuracy())
                  .put("out", out.toString())
                  .put("picture", picture == null ? null : picture.toString()),
          () -> {
            console.line(
                String.format(
                    Locale.ROOT,
                    "%,d training images of %d classes. Of %,d others: drawings with a PSNR of %.2f"
                        + " dB, %.1f %% nearest to their class's prototype.",
                    photos.train().size(),
                    photos.classes().size(),
                    photos.valid().size(),
                    quality.psnr(),
                    quality.accuracy()));
            console.line("Model: " + out);
            if (picture != null) {
              console.line("Picture: " + picture);
            }
          });
    }
    return ExitCode.OK;
  }

  private PrototypeDrawer.Options options() {
    Map<String, String> given = new LinkedHashMap<>(Configs.parseOverrides(settings));
    if (size != null) {
      given.put("size", size.toString());
    }
    if (channels != null) {
      given.put("channels", channels.toString());
      given.put("convert", "true");
    }
    return Configs.with(Configs.defaults(PrototypeDrawer.Options.class), given, "prototypes fit");
  }

  private PrototypeDrawer fit(
      TrainingPhotos photos,
      PrototypeDrawer.Options options,
      Console console,
      Cancellation cancellation)
      throws IOException {
    return Fitting.run(
        console,
        cancellation,
        run ->
            PrototypeDrawer.fit(
                photos.train(),
                photos.valid(),
                photos.classes(),
                options,
                Map.of(images.data(), photos.hash()),
                run));
  }

  /** Validation images, evenly of all. */
  private static Map<String, Image> some(TrainingPhotos photos) throws IOException {
    Dataset<LabelledImage> valid = photos.valid();
    int count = Math.min(ROWS, valid.size());
    Map<String, Image> some = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      LabelledImage item = valid.get((int) ((long) i * valid.size() / count), new Rng(0));
      some.put("%d: %s".formatted(i + 1, photos.classes().get(item.label())), item.image());
    }
    return some;
  }
}
