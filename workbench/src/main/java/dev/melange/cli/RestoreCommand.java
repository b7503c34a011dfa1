package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFileWriter;
import dev.melange.data.image.ImageFiles;
import dev.melange.papers.maxim.BeforeAfter;
import dev.melange.papers.maxim.PhotoComparison;
import dev.melange.papers.maxim.RestorationModel;
import dev.melange.papers.maxim.RestorationTask;
import dev.melange.papers.maxim.Restorer;
import dev.melange.papers.maxim.StagePictures;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores photographs. */
@Command(
    name = "restore",
    description =
        "Restore photographs of any size with a network that 'melange train restore' made, or with a"
            + " published MAXIM checkpoint (.npz): remove noise, blur, rain or haze, or lighten them.",
    footer = {
      "  melange restore --task denoise --model denoise.safetensors photo.jpg -o out.png",
      "  melange restore --model derain.safetensors holiday/ -o restored/",
      "  melange restore --task deblur --model GoPro.npz photo.jpg -o out.png --ensemble 8",
      "  melange restore --model denoise.safetensors bad.png --target good.png --compare both.png",
      "  melange restore --model denoise.safetensors bad.png --stages stages.png"
    })
final class RestoreCommand extends Subcommand {
  private static final String RESTORED = "-restored.png";
  private static final int SMALLEST_USUAL_TILE = 192;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "denoise, deblur, derain, dehaze or enhance. Default: what the network was trained for.")
  private String task;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "The trained network; none comes with Melange.")
  private Path model;

  @Parameters(
      arity = "1..*",
      paramLabel = "PHOTO|FOLDER",
      description = "Image files, or folders searched for images.")
  private List<Path> paths;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE|DIR",
      description =
          "Where to write, as .png or .jpg; a folder for several photographs. Default:"
              + " NAME-restored.png beside the photograph.")
  private Path out;

  @Option(
      names = "--target",
      paramLabel = "FILE|DIR",
      description =
          "How the photograph should be, or a folder of such with the same names: reports PSNR and"
              + " SSIM.")
  private Path target;

  @Option(
      names = "--compare",
      paramLabel = "PNG",
      description = "Write a picture of one photograph before and after.")
  private Path compare;

  @Option(
      names = "--stages",
      paramLabel = "PNG",
      description =
          "Write a picture of what every stage of the network makes of one photograph (of its"
              + " middle, if it is large), at every scale.")
  private Path stages;

  @Option(
      names = "--tile",
      paramLabel = "PIXELS",
      description =
          "Larger photographs are restored in overlapping tiles of this side, in bounded memory; 0"
              + " for whole photographs. Default: 256, for wide networks 192.")
  private Integer tile;

  @Option(
      names = "--overlap",
      paramLabel = "PIXELS",
      description = "What neighbouring tiles share at least. Default: an eighth of the tile.")
  private Integer overlap;

  @Option(
      names = "--ensemble",
      paramLabel = "1|4|8",
      defaultValue = "1",
      description =
          "Mean over so many turned and mirrored versions: slower, a little better. Default:"
              + " ${DEFAULT-VALUE}.")
  private int ensemble;

  @Mixin private ComputeOptions compute;

  private record Result(Path photo, Path restored, Image size, Figures before, Figures after) {}

  /** NaN where the photograph is too small. */
  private record Figures(double psnr, double ssim) {}

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    RestorationTask wanted = task == null ? null : RestorationTask.of(task);
    if (model == null) {
      throw new IllegalArgumentException(needed(wanted));
    }
    options(tile == null ? SMALLEST_USUAL_TILE : tile); // refuses bad ones before the long work
    List<Path> photos = ImagePaths.of(paths);
    List<Path> outs = outs(photos);
    requireOne(photos);
    compute.start();
    List<Result> results = new ArrayList<>();
    try (RestorationModel loaded = load(wanted)) {
      loaded.network().to(Engine.get().device());
      int side = tile == null ? Restorer.Options.usual(loaded.network()).tile() : tile;
      Restorer restorer = new Restorer(loaded.network(), options(side));
      boolean luma = loaded.task() == RestorationTask.DERAIN;
      for (int i = 0; i < photos.size(); i++) {
        results.add(restore(restorer, luma, photos.get(i), outs.get(i), console, cancellation));
      }
    }
    console.result(() -> json(results), () -> print(console, results));
    return ExitCode.OK;
  }

  private Restorer.Options options(int side) {
    return new Restorer.Options(side, overlap == null ? side / 8 : overlap, ensemble);
  }

  private static String needed(RestorationTask wanted) {
    String name = wanted == null ? "denoise" : wanted.toString();
    return "restoring needs a trained network, and none comes with Melange: make one with 'melange"
        + " train restore --task "
        + name
        + " --data FOLDER' and give it with --model FILE, or give a published MAXIM checkpoint"
        + " (--task "
        + name
        + " --model FILE.npz)";
  }

  private RestorationModel load(RestorationTask wanted) throws IOException {
    if (model.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
      if (wanted == null) {
        throw new IllegalArgumentException(
            "a published checkpoint does not say what it is for; add --task, one of "
                + RestorationTask.names());
      }
      return RestorationModel.published(model, wanted);
    }
    RestorationModel loaded = RestorationModel.load(model);
    if (wanted != null && loaded.task() != wanted) {
      loaded.close();
      throw new IllegalArgumentException(
          "%s was trained to %s, got --task %s; train another one with melange train restore --task %s"
              .formatted(model, loaded.task(), wanted, wanted));
    }
    return loaded;
  }

  /** Where the results go, checked before the long work begins. */
  private List<Path> outs(List<Path> photos) throws IOException {
    boolean folder =
        out != null
            && (Files.isDirectory(out) || photos.size() > 1 || out.toString().endsWith("/"));
    List<Path> outs = new ArrayList<>();
    for (Path photo : photos) {
      Path file =
          out == null
              ? photo.resolveSibling(stem(photo) + RESTORED)
              : folder ? out.resolve(stem(photo) + RESTORED) : out;
      if (!ImageFileWriter.isWritable(file)) {
        throw new IllegalArgumentException(
            "%s: photographs are written as .png or .jpg".formatted(file));
      }
      if (Files.exists(file) && Files.isSameFile(file, photo)) {
        throw new IllegalArgumentException(
            file + " is the photograph itself; choose another --out");
      }
      if (outs.contains(file)) {
        throw new IllegalArgumentException(
            "two photographs would be written to " + file + "; restore them one after the other");
      }
      outs.add(file);
    }
    Path parent = outs.get(0).toAbsolutePath().getParent();
    if (folder) {
      Files.createDirectories(out);
    } else if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString(), null, "no such folder for the result");
    }
    return outs;
  }

  private void requireOne(List<Path> photos) throws NoSuchFileException {
    requirePicture("--compare", compare, photos);
    requirePicture("--stages", stages, photos);
    if (photos.size() > 1 && target != null && !Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          "--target must be a folder for %d photographs, got %s".formatted(photos.size(), target));
    }
  }

  private static void requirePicture(String option, Path picture, List<Path> photos)
      throws NoSuchFileException {
    if (picture == null) {
      return;
    }
    if (photos.size() > 1) {
      throw new IllegalArgumentException(option + " is for one photograph, got " + photos.size());
    }
    if (!picture.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new IllegalArgumentException(option + " writes a .png, got " + picture);
    }
    Path parent = picture.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString(), null, "no such folder for " + option);
    }
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  private Result restore(
      Restorer restorer,
      boolean luma,
      Path photo,
      Path file,
      Console console,
      Cancellation cancellation)
      throws IOException {
    Image image = ImageFiles.read(photo);
    Image good = target == null ? null : target(photo, image);
    PhotoComparison.SquaredError error =
        good == null ? null : new PhotoComparison.SquaredError(good, luma);
    int tiles = restorer.tiles(image.height(), image.width());
    Image restored;
    try (Progress progress = console.progress("restoring " + photo.getFileName(), tiles, "tiles")) {
      restored =
          restorer.restore(
              image,
              error == null ? (row, values, planes) -> {} : error,
              progress::at,
              cancellation);
    }
    ImageFileWriter.write(restored, file);
    if (compare != null) {
      BeforeAfter.of(photo.getFileName().toString(), image, restored, good).save(compare);
    }
    if (stages != null) {
      StagePictures.of(photo.getFileName().toString(), restorer, image).save(stages);
    }
    if (good == null) {
      return new Result(photo, file, image, null, null);
    }
    boolean windowed = PhotoComparison.hasSsim(image.height(), image.width());
    return new Result(
        photo,
        file,
        image,
        new Figures(
            PhotoComparison.psnr(image, good, luma),
            windowed ? PhotoComparison.ssim(image, good, luma) : Double.NaN),
        // as in the official evaluation: before values are cut off
        new Figures(
            error.psnr(), windowed ? PhotoComparison.ssim(restored, good, luma) : Double.NaN));
  }

  private Image target(Path photo, Image image) throws IOException {
    Path file = target;
    if (Files.isDirectory(target)) {
      try (Stream<Path> beside = Files.list(target)) {
        file =
            beside
                .filter(path -> ImageFiles.isImageName(path.toString()))
                .filter(path -> stem(path).equals(stem(photo)))
                .sorted()
                .findFirst()
                .orElseThrow(
                    () ->
                        new DataException(
                            "%s has no image called %s".formatted(target, stem(photo))));
      }
    }
    Image good = ImageFiles.read(file).withChannels(3);
    if (good.height() != image.height() || good.width() != image.width()) {
      throw new DataException(
          "%s has %dx%d pixels, its target %s has %dx%d"
              .formatted(photo, image.width(), image.height(), file, good.width(), good.height()));
    }
    return good;
  }

  private static void print(Console console, List<Result> results) {
    for (Result result : results) {
      console.line(
          "%s -> %s (%,dx%,d)"
              .formatted(result.photo, result.restored, result.size.width(), result.size.height()));
      if (result.before != null) {
        console.line(
            String.format(
                Locale.ROOT,
                "  PSNR %s -> %s dB, SSIM %.4f -> %.4f",
                decibels(result.before.psnr),
                decibels(result.after.psnr),
                result.before.ssim,
                result.after.ssim));
      }
    }
  }

  private static String decibels(double psnr) {
    return Double.isInfinite(psnr) ? "infinite" : String.format(Locale.ROOT, "%.2f", psnr);
  }

  private static ArrayNode json(List<Result> results) {
    ArrayNode array = Json.array();
    for (Result result : results) {
      ObjectNode node =
          array
              .addObject()
              .put("photo", result.photo.toString())
              .put("restored", result.restored.toString())
              .put("width", result.size.width())
              .put("height", result.size.height());
      if (result.before != null) {
        put(node.putObject("before"), result.before);
        put(node.putObject("after"), result.after);
      }
    }
    return array;
  }

  private static void put(ObjectNode node, Figures figures) {
    if (Double.isFinite(figures.psnr)) {
      node.put("psnr", figures.psnr);
    } else {
      node.put("psnr", "infinite");
    }
    if (!Double.isNaN(figures.ssim)) {
      node.put("ssim", figures.ssim);
    }
  }
}
