package dev.melange.papers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.image.Image;
import dev.melange.io.Checkpoints;
import dev.melange.io.CorruptFileException;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.io.Weights;
import dev.melange.nn.ImageModel;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.Inference;
import dev.melange.train.TensorBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A trained image classifier with all that is needed to use it: the model, how it wants its images,
 * and the names of its classes. One file holds it.
 *
 * <pre>{@code
 * try (var classifier = ImageClassifier.load(Path.of("pets.safetensors"))) {
 *   Image photo = ImageFiles.read(Path.of("photo.jpg"));
 *   classifier.predict(photo, 3).forEach(p -> System.out.println(p.name() + " " + p.probability()));
 * }
 * }</pre>
 */
public final class ImageClassifier implements AutoCloseable {
  private static final Description DESCRIPTION =
      new Description("melange.image", "train the classifier again");

  /**
   * A class and how probable it is.
   *
   * @param index of the class
   * @param name of the class
   * @param probability 0..1
   */
  public record Prediction(int index, String name, double probability) {}

  private final ImageModel model;
  private final ImageInput input;
  private final List<String> classes;

  /**
   * Puts the parts together; the classifier owns the model.
   *
   * @param model a model of the catalogue, so that it can be made again
   * @param input how it wants its images
   * @param classes the names of its classes, in order
   */
  public ImageClassifier(ImageModel model, ImageInput input, List<String> classes) {
    if (model.origin().isEmpty()) {
      throw new IllegalArgumentException(
          "the model does not know what it was made from; make it with Vision.create");
    }
    if (model.classes() != classes.size()) {
      throw new IllegalArgumentException(
          "the model tells %d classes apart, got %d names"
              .formatted(model.classes(), classes.size()));
    }
    this.model = model;
    this.input = input;
    this.classes = List.copyOf(classes);
  }

  /**
   * Reads a classifier from a file that {@link #save} wrote.
   *
   * @throws IllegalArgumentException if the file holds weights alone, or of another kind of model
   * @throws CorruptFileException if the file is damaged
   */
  public static ImageClassifier load(Path file) throws IOException {
    Map<String, String> metadata = Checkpoints.metadata(file);
    Provenance provenance = Provenance.of(file, metadata).orElse(null);
    Images images = Images.of(file, metadata).orElse(null);
    if (provenance != null
        && Vision.models().stream().noneMatch(m -> m.name().equals(provenance.model()))) {
      throw new IllegalArgumentException(
          "%s holds weights of %s, which is no image classifier; give the classifier.safetensors of melange train image"
              .formatted(file, provenance.model()));
    }
    if (images == null || provenance == null || images.classes().isEmpty()) {
      throw new IllegalArgumentException(
          file
              + " holds weights without class names and image size; train a classifier from them"
              + " first: melange train image --weights "
              + file
              + " --data FOLDER");
    }
    Model entry = Vision.model(provenance.model());
    ImageModel model = (ImageModel) entry.create(provenance.config(), new Rng(0));
    try {
      Checkpoints.load(model, file);
      model.eval();
      return new ImageClassifier(model, images.input(), images.classes());
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** How a classifier in a file wants its images; nothing if the file holds weights alone. */
  public static Optional<ImageInput> input(Path file) throws IOException {
    return Images.of(file, Checkpoints.metadata(file)).map(Images::input);
  }

  /** What a file says of images and classes. */
  private record Images(ImageInput input, List<String> classes) {
    static Optional<Images> of(Path file, Map<String, String> metadata) throws IOException {
      return DESCRIPTION.read(file, metadata).map(Images::of);
    }

    private static Images of(JsonNode json) {
      List<String> names = new ArrayList<>();
      json.path("classes").forEach(name -> names.add(name.asText()));
      return new Images(ImageInput.of(json.path("input")), names);
    }
  }

  /**
   * Writes the classifier to one file, atomically.
   *
   * @param file a safetensors file
   * @param provenance where the weights come from
   */
  public void save(Path file, Provenance provenance) throws IOException {
    Checkpoints.save(model, file, metadata(classes, input, provenance));
  }

  /**
   * Writes weights of a model without a classifier, such as those of a self-supervised training, to
   * one file, atomically. It is no classifier yet, but one can be trained from it.
   *
   * @param weights by the names of the model
   * @param input how the model wants its images
   * @param file a safetensors file
   * @param provenance the model, and where the weights come from
   */
  public static void saveBody(
      Map<String, Tensor> weights, ImageInput input, Path file, Provenance provenance)
      throws IOException {
    Weights.write(file, weights, metadata(List.of(), input, provenance));
  }

  private static Map<String, String> metadata(
      List<String> classes, ImageInput input, Provenance provenance) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    classes.forEach(json.putArray("classes")::add);
    json.set("input", input.toJson());
    return DESCRIPTION.metadata(json, provenance);
  }

  /** The model. */
  public ImageModel model() {
    return model;
  }

  /** How it wants its images. */
  public ImageInput input() {
    return input;
  }

  /** The names of the classes, in order. */
  public List<String> classes() {
    return classes;
  }

  /**
   * The probable classes of an image.
   *
   * @param image of any size
   * @param count how many to give at most
   * @return the most probable first
   */
  public List<Prediction> predict(Image image, int count) {
    return ranked(probabilities(List.of(image))[0], count);
  }

  /** The most probable classes first. */
  public List<Prediction> ranked(double[] probabilities, int count) {
    return IntStream.range(0, classes.size())
        .mapToObj(i -> new Prediction(i, classes.get(i), probabilities[i]))
        .sorted(Comparator.comparingDouble(Prediction::probability).reversed())
        .limit(count)
        .toList();
  }

  /**
   * The probabilities of all classes.
   *
   * @param images of any sizes
   * @return [image][class]
   */
  public double[][] probabilities(List<Image> images) {
    model.eval();
    try (Scope scope = Scope.open()) {
      TensorBatch batch =
          TensorBatch.of(
              Map.of(ImageBatches.IMAGE, ImageBatches.tensor(images, input.evaluation())));
      Tensor logits = Inference.run(batch, part -> model.forward(part.get(ImageBatches.IMAGE)));
      return rows(logits.to(DType.F64).softmax(1));
    }
  }

  /**
   * The probabilities of all classes, averaged over random versions of each image, changed as in
   * training with mirroring and mild crops: often a little better, and as many times slower. The
   * same seed gives the same numbers.
   *
   * @param images of any sizes
   * @param views versions of each image, at least 1
   * @param seed of the changes
   * @return [image][class]
   */
  public double[][] probabilities(List<Image> images, int views, long seed) {
    model.eval();
    try (Scope scope = Scope.open()) {
      return rows(
          TestTimeAugmentation.probabilities(model, images, input.training("flip"), views, seed));
    }
  }

  private double[][] rows(Tensor probabilities) {
    double[] flat = probabilities.toDoubles();
    double[][] rows = new double[(int) probabilities.size(0)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * classes.size(), (i + 1) * classes.size());
    }
    return rows;
  }

  @Override
  public void close() {
    model.close();
  }
}
