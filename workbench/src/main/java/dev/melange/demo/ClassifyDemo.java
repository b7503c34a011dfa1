package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.PackedImages;
import dev.melange.demo.DemoResult.Share;
import dev.melange.demo.Field.Choice;
import dev.melange.demo.Field.Kind;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.ImageClassifier.Prediction;
import dev.melange.tensor.Engine;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A paper's network reads a handwritten digit.
 *
 * @param key of the paper
 * @param model its network for small images
 * @param epochs of its training
 */
record ClassifyDemo(String key, String model, int epochs) implements Demo {
  private static final int LARGEST = 512;
  private static final Field PICTURE = Field.of("image", "A digit, as a picture", Kind.DRAWING);
  private static final Field EXAMPLE =
      Field.choice(
          "example",
          "or an example",
          new Choice("none", "none"),
          new Choice("0", "a digit that the network never saw"),
          new Choice("1", "another"),
          new Choice("2", "another"),
          new Choice("3", "another"));

  @Override
  public String title() {
    return "Draw a digit";
  }

  @Override
  public String about() {
    return "The network "
        + model
        + " of this paper, small and trained on 1,437 scanned digits of 8 x 8 pixels, says which"
        + " digit it sees. It knows nothing but digits.";
  }

  @Override
  public List<Field> fields() {
    return List.of(PICTURE, EXAMPLE);
  }

  @Override
  public List<String> weights() {
    return List.of(DigitTraining.CLASSIFIER);
  }

  @Override
  public String train(Path folder, Consumer<Trainer> hook) throws IOException {
    return DigitTraining.train(model, "vanilla", epochs, folder, hook);
  }

  @Override
  public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
      throws IOException {
    Image digit = digit(input);
    try (ImageClassifier classifier =
        ImageClassifier.load(folder.resolve(DigitTraining.CLASSIFIER))) {
      classifier.model().to(Engine.get().device());
      List<Prediction> predictions = classifier.predict(digit, 10);
      Prediction first = predictions.get(0);
      return DemoResult.of(
          String.format(
              Locale.ROOT, "It sees a %s (%.1f %%).", first.name(), 100 * first.probability()),
          predictions.stream().map(p -> new Share(p.name(), p.probability())).toList(),
          List.of(Pictures.enlarged("What the network sees, 8 x 8 pixels", digit, 160)));
    }
  }

  private static Image digit(DemoInput input) throws IOException {
    String example = input.value(EXAMPLE);
    if (!example.equals("none")) {
      PackedImages unseen = ImageSets.load(DataSets.standard(), "digits", false);
      return unseen.image(Integer.parseInt(example));
    }
    return Ink.digit(
        input
            .image(PICTURE, LARGEST)
            .orElseThrow(
                () ->
                    new DataException(
                        "there is no picture: draw or upload one, or choose an example")));
  }
}
