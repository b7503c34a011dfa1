package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.nn.ImageModel;
import dev.melange.nn.LoadReport;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageInput;
import dev.melange.papers.Model;
import dev.melange.papers.Vision;
import dev.melange.papers.hardnegativemixing.ContrastiveEvaluation;
import dev.melange.papers.hardnegativemixing.LinearProbe;
import dev.melange.papers.hardnegativemixing.ProjectedModel;
import dev.melange.report.Report;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how good the features of an image model are. */
@Command(
    name = "evaluate",
    description =
        "Tell how good the features of a pretrained encoder, or of a trained classifier, are for"
            + " labelled images: the share that nearest neighbours and a linear classifier on the"
            + " frozen features classify rightly.",
    footer = {
      "  melange pretrain evaluate --weights runs/pretrain-image/.../encoder.safetensors --data"
          + " pets/",
      "  melange pretrain evaluate --weights encoder.safetensors --data cifar10 --report near.html",
      "  melange pretrain evaluate --weights classifier.safetensors --data pets.zip --json"
    })
final class PretrainEvaluateCommand extends Subcommand {
  private static final int BATCH = 64;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "An encoder.safetensors or classifier.safetensors.")
  private Path weights;

  @Mixin private LabelledPhotosOptions images;

  @Option(
      names = "--convert",
      description = "Convert images of other channels than the model expects.")
  private boolean convert;

  @Option(
      names = "--probe-epochs",
      paramLabel = "N",
      description = "Passes of the linear classifier over the features. Default: 60.")
  private Integer epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the split and the linear classifier. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also write the images nearest to some of the others as an HTML page.")
  private Path report;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    LinearProbe probe =
        epochs == null
            ? LinearProbe.STANDARD
            : new LinearProbe(
                epochs, LinearProbe.STANDARD.batch(), LinearProbe.STANDARD.learning_rate());
    Provenance provenance =
        Checkpoints.provenance(weights)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        weights
                            + " does not say of which model it is; give a file of this program"));
    Model entry = Vision.model(provenance.model());
    ImageInput stored =
        ImageClassifier.input(weights)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        weights
                            + " does not say how its model wants its images; give a file of"
                            + " 'pretrain image' or 'train image'"));
    ImageInput input = convert ? stored.converting() : stored;
    compute.start();
    try (TrainingPhotos photos = TrainingPhotos.open(images.source(seed), input, console);
        ProjectedModel encoder = encoder(entry, provenance)) {
      encoder.to(Engine.get().device());
      encoder.eval();
      ContrastiveEvaluation evaluation =
          new ContrastiveEvaluation(
              ImageBatches.evaluation(photos.train(), input.evaluation(), BATCH),
              ImageBatches.evaluation(photos.valid(), input.evaluation(), BATCH),
              null,
              photos.classes().size());
      ObjectNode json = Json.object();
      json.put("weights", weights.toString());
      json.put("model", provenance.model());
      json.put("known_images", photos.train().size());
      json.put("classified_images", photos.valid().size());
      json.put("classes", photos.classes().size());
      json.put("knn", evaluation.knn(encoder));
      json.put("linear", evaluation.probe(encoder, probe, seed));
      if (report != null) {
        new Report("Nearest images by the features of " + weights.getFileName())
            .subtitle(summary(json))
            .images(
                NeighbourPictures.of(
                    encoder, input, photos.train(), photos.valid(), photos.classes()))
            .write(report);
        json.put("report", report.toString());
      }
      console.result(
          () -> json,
          () -> {
            console.line(console.bold(summary(json)));
            if (report != null) {
              console.line("report: " + report);
            }
          });
    }
    return ExitCode.OK;
  }

  private ProjectedModel encoder(Model entry, Provenance provenance) throws IOException {
    ImageModel model = (ImageModel) entry.create(provenance.config(), new Rng(0));
    try {
      LoadReport loaded = Checkpoints.loadMatching(model, weights);
      Map<String, ?> body = new java.util.LinkedHashMap<>(model.state());
      body.keySet().removeAll(model.classifierParameters());
      body.keySet().removeAll(loaded.loaded());
      if (!body.isEmpty()) {
        throw new IllegalArgumentException(weights + ": " + loaded.message(provenance.model()));
      }
      return new ProjectedModel(model, 1, new Rng(0));
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static String summary(ObjectNode json) {
    return String.format(
        Locale.ROOT,
        "nearest neighbours classify %.1f %%, a linear classifier %.1f %% of %,d images rightly (%,d known ones, %d classes)",
        100 * json.get("knn").asDouble(),
        100 * json.get("linear").asDouble(),
        json.get("classified_images").asInt(),
        json.get("known_images").asInt(),
        json.get("classes").asInt());
  }
}
