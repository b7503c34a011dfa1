package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Suggestions;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Shuffle;
import dev.melange.data.image.LabelledImage;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.mixupneuralcollapse.GeometryInspection;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.train.ImageBatches;
import dev.melange.train.Minibatches;
import dev.melange.train.TensorBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Draws the geometry of a trained classifier's features. */
@Command(
    name = "geometry",
    description =
        "Look at the features of a trained image classifier: how far they have collapsed (NC1 to"
            + " NC4), where mixtures of images of three classes lie, and whether its probabilities"
            + " can be trusted. Writes report.html and geometry.json.",
    footer = {
      "  melange inspect geometry --model runs/pets/classifier.safetensors --data pets/",
      "  melange inspect geometry --model classifier.safetensors --data digits --classes 3,5,8",
      "  melange inspect geometry --model a.safetensors --data pets.zip --out runs/a --json"
    })
final class InspectGeometryCommand extends Subcommand {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A classifier.safetensors of 'train image'.")
  private Path model;

  @Mixin private LabelledPhotosOptions labelled;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "NAME",
      description = "Three classes for the picture. Default: the first three.")
  private List<String> classes = new ArrayList<>();

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most images to look at, evenly of all classes. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--mixtures",
      paramLabel = "N",
      defaultValue = "1200",
      description = "Mixed pairs to look at. Default: ${DEFAULT-VALUE}.")
  private int mixtures;

  @Option(
      names = "--convert",
      description = "Convert images of other channels than the classifier expects.")
  private boolean convert;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of split and pairs. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the results. Default: runs/inspect-geometry/ and the time.")
  private Path out;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      List<String> names = classifier.classes();
      GeometryInspection.Options options =
          new GeometryInspection.Options(chosen(names), mixtures, seed);
      if (images < names.size()) {
        throw new IllegalArgumentException(
            "--images must be at least one per class, %d, got %d".formatted(names.size(), images));
      }
      ImageInput input = convert ? classifier.input().converting() : classifier.input();
      try (TrainingPhotos photos = TrainingPhotos.open(labelled.source(seed), input, console);
          Scope scope = Scope.open()) {
        int[] numbers = numbers(photos.classes(), names);
        TensorBatch train = tensors(photos.train(), numbers, input);
        requireAll(train, names);
        TensorBatch held = tensors(photos.valid(), numbers, input);
        classifier.model().to(Engine.get().device());
        GeometryInspection found =
            GeometryInspection.of(classifier.model(), train, held, names, options);
        write(console, found);
      }
    }
    return ExitCode.OK;
  }

  private void write(Console console, GeometryInspection found) throws IOException {
    Path folder =
        out == null
            ? new RunFolderOptions().begin("inspect-geometry")
            : Files.createDirectories(out);
    Path report = folder.resolve("report.html");
    found.report(model.toString(), labelled.data()).write(report);
    ObjectNode json = found.toJson();
    AtomicFiles.write(folder.resolve("geometry.json"), json.toPrettyString() + "\n");
    json.remove("plane");
    json.put("report", report.toString());
    console.result(
        () -> json,
        () -> {
          console.line(console.bold(found.summary()));
          console.table(found.table());
          console.line("report: " + report);
        });
  }

  private int[] chosen(List<String> names) {
    return classes.stream()
        .mapToInt(
            name -> {
              int index = names.indexOf(name);
              if (index < 0) {
                throw new IllegalArgumentException(
                    "the classifier knows no class '%s'%s; it knows %s"
                        .formatted(name, Suggestions.didYouMean(name, names), names));
              }
              return index;
            })
        .toArray();
  }

  /** The classifier's number of each class of the images. */
  private int[] numbers(List<String> found, List<String> known) {
    List<String> strange = new ArrayList<>(found);
    strange.removeAll(known);
    if (!strange.isEmpty()) {
      throw new DataException(
          "%s has the classes %s, which the classifier does not know; it knows %s"
              .formatted(labelled.data(), strange, known));
    }
    return found.stream().mapToInt(known::indexOf).toArray();
  }

  private void requireAll(TensorBatch train, List<String> names) {
    List<String> missing = new ArrayList<>(names);
    for (long label : train.get(ImageBatches.LABEL).toLongs()) {
      missing.remove(names.get((int) label));
    }
    if (!missing.isEmpty()) {
      throw new DataException(
          "%s has no images of the classifier's classes %s; the geometry needs some of each"
              .formatted(labelled.data(), missing));
    }
  }

  /** Images of all classes in turn, at most as many as asked for. */
  private TensorBatch tensors(Dataset<LabelledImage> all, int[] numbers, ImageInput input)
      throws IOException {
    List<List<Integer>> byClass = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      byClass.add(new ArrayList<>());
    }
    for (int index : Shuffle.permutation(all.size(), seed)) {
      byClass.get(all.get(index, new Rng(0)).label()).add(index);
    }
    List<Integer> chosen = new ArrayList<>();
    for (int round = 0; chosen.size() < Math.min(images, all.size()); round++) {
      for (List<Integer> members : byClass) {
        if (round < members.size() && chosen.size() < images) {
          chosen.add(members.get(round));
        }
      }
    }
    Dataset<LabelledImage> some =
        all.subset(chosen.stream().mapToInt(Integer::intValue).toArray())
            .map((item, draws) -> new LabelledImage(item.image(), numbers[item.label()]));
    try (Minibatches.Epoch epoch =
        ImageBatches.evaluation(some, input.evaluation(), some.size()).epoch(0, 0)) {
      return epoch.next();
    }
  }
}
