package dev.melange.demo;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.image.CenterCrop;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Resize;
import dev.melange.data.image.ResizeShorterSide;
import dev.melange.demo.DemoResult.Picture;
import dev.melange.demo.DemoResult.Share;
import dev.melange.demo.Field.Choice;
import dev.melange.demo.Field.Kind;
import dev.melange.io.Checkpoints;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPreview;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ImageClassifier;
import dev.melange.papers.Mixing;
import dev.melange.tensor.Device;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import dev.melange.train.TensorBatch;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Mixes two pictures by a policy.
 *
 * @param key of the paper
 * @param learned the policy that learns and is shown; null to choose among those that do not
 */
record MixDemo(String key, String learned) implements Demo {
  private static final String CLASSIFIER = "resnet_tiny_cifar";
  private static final int EPOCHS = 4;
  private static final int LARGEST = 640;
  private static final int SIDE = 160;
  private static final int ATTEMPTS = 40;
  private static final double BOTH = 0.05;
  private static final int LEAST_SHOWN = 160;

  /** Those that need no network. */
  private static final List<String> POLICIES =
      List.of("mixup", "cutmix", "resizemix", "fmix", "gridmix", "smoothmix", "saliencymix");

  private static final Field FIRST = Field.of("first", "The first picture", Kind.IMAGE);
  private static final Field SECOND = Field.of("second", "The second picture", Kind.IMAGE);
  private static final Field EXAMPLES =
      Field.choice(
          "examples",
          "or examples",
          new Choice("none", "none"),
          new Choice("photos", "a temple and a flower"),
          new Choice("digits", "two digits"));
  private static final Field FIRST_LABEL = Field.line("first_label", "Its label", "first");
  private static final Field SECOND_LABEL = Field.line("second_label", "Its label", "second");
  private static final Field POLICY =
      Field.choice(
          "policy",
          "Policy",
          POLICIES.stream().map(name -> new Choice(name, name)).toArray(Choice[]::new));
  private static final Field SEED = Field.line("seed", "Seed of the draws", "0");

  @Override
  public String title() {
    return "Mix two pictures";
  }

  @Override
  public String about() {
    return learned == null
        ? "A policy of mixed training draws a weight and a place and makes one picture of two, with"
            + " the soft label that a classifier is trained towards. Another seed draws anew."
        : "The policy of this paper ("
            + learned
            + ") learned, beside a small classifier of digits, where to take each picture from."
            + " Pictures are seen as it saw them: 32 x 32 pixels.";
  }

  @Override
  public List<Field> fields() {
    List<Field> fields =
        new ArrayList<>(List.of(FIRST, FIRST_LABEL, SECOND, SECOND_LABEL, EXAMPLES));
    if (learned == null) {
      fields.add(POLICY);
    }
    fields.add(SEED);
    return fields;
  }

  @Override
  public List<String> weights() {
    return learned == null ? List.of() : List.of(DigitTraining.CLASSIFIER, DigitTraining.MIXING);
  }

  @Override
  public String train(Path folder, Consumer<Trainer> hook) throws IOException {
    if (learned == null) {
      throw new UnsupportedOperationException("the policies of " + key + " have no weights");
    }
    return DigitTraining.train(CLASSIFIER, learned, EPOCHS, folder, hook);
  }

  @Override
  public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
      throws IOException {
    int seed = input.number(SEED, 0, 999_999_999);
    String policy = learned == null ? input.value(POLICY) : learned;
    List<String> labels = List.of(label(input, FIRST_LABEL), label(input, SECOND_LABEL));
    int side = learned == null ? SIDE : DigitTraining.SIDE;
    List<Image> images = new ArrayList<>();
    for (Image given : pictures(input)) {
      Image square = new ResizeShorterSide(side, Resize.Filter.BICUBIC).apply(given, new Rng(0));
      images.add(new CenterCrop(side, side).apply(square, new Rng(0)).withChannels(3));
    }
    return learned == null
        ? byRule(images, labels, policy, seed)
        : byNetwork(images, labels, folder, seed);
  }

  private static String label(DemoInput input, Field field) {
    String label = input.value(field);
    if (label.length() > 40) {
      throw new IllegalArgumentException(
          "%s has %d characters, the limit is 40".formatted(field.name(), label.length()));
    }
    return label;
  }

  private static List<Image> pictures(DemoInput input) throws IOException {
    return switch (input.value(EXAMPLES)) {
      case "photos" -> List.of(RestoreDemo.example("china.jpg"), RestoreDemo.example("flower.jpg"));
      case "digits" -> {
        PackedImages digits = ImageSets.load(DataSets.standard(), "digits", false);
        yield List.of(digits.image(0), digits.image(1));
      }
      default -> List.of(given(input, FIRST), given(input, SECOND));
    };
  }

  private static Image given(DemoInput input, Field field) {
    return input
        .image(field, LARGEST)
        .orElseThrow(
            () ->
                new DataException(
                    "there is no %s picture: upload two, or choose examples"
                        .formatted(field.name())));
  }

  // ---- mixing ----

  /** Mixes a batch of the two pictures with a stream of draws. */
  private interface Mixer {
    MixPreview mix(TensorBatch batch, Rng rng);
  }

  private static DemoResult byRule(
      List<Image> images, List<String> labels, String policy, int seed) {
    MixContext context = new MixContext(null, null, Normalize.IMAGENET);
    return mixed(
        images,
        labels,
        policy,
        seed,
        (batch, rng) -> Mixing.parse(policy).policy().preview(batch, context, 2, rng));
  }

  private DemoResult byNetwork(List<Image> images, List<String> labels, Path folder, int seed)
      throws IOException {
    try (ImageClassifier classifier =
        ImageClassifier.load(folder.resolve(DigitTraining.CLASSIFIER))) {
      ImageModel network = classifier.model();
      try (MixTraining mixing = DigitTraining.mixing(learned, network)) {
        load(mixing, folder.resolve(DigitTraining.MIXING));
        network.eval();
        mixing.learners().forEach(learner -> learner.eval());
        return mixed(images, labels, learned, seed, (batch, rng) -> mixing.preview(batch, 10, rng));
      }
    }
  }

  private static void load(MixTraining mixing, Path file) throws IOException {
    try (Scope scope = Scope.open()) {
      mixing.loadLearned(Checkpoints.read(file));
    }
  }

  /** The first draw of the stream in which both pictures take part. */
  private static DemoResult mixed(
      List<Image> images, List<String> labels, String policy, int seed, Mixer mixer) {
    try (Scope scope = Scope.open()) {
      Tensor x = ImageBatches.tensor(images, DigitTraining.plain()).to(Engine.get().device());
      TensorBatch batch =
          TensorBatch.of(
              Map.of(
                  ImageBatches.IMAGE,
                  x,
                  ImageBatches.LABEL,
                  Tensor.of(new long[] {0, 1}, 2).to(x.device())));
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        MixPreview preview = mixer.mix(batch, new Rng(seed).fork(attempt));
        float[] target = preview.target().get(0).toFloats();
        if (Math.min(target[0], target[1]) >= BOTH) {
          return result(images, labels, policy, preview.image().get(0), target);
        }
      }
    }
    throw new IllegalArgumentException(
        "%s drew %d times and always took one picture alone; try another seed"
            .formatted(policy, ATTEMPTS));
  }

  private static DemoResult result(
      List<Image> images, List<String> labels, String policy, Tensor image, float[] target) {
    FloatImage values =
        new FloatImage(
            3,
            (int) image.size(1),
            (int) image.size(2),
            image.to(Device.CPU).contiguous().toFloats());
    Image mixed = Normalize.IMAGENET.invert(values);
    List<Picture> pictures =
        List.of(
            Pictures.enlarged(labels.get(0), images.get(0), LEAST_SHOWN),
            Pictures.enlarged(labels.get(1), images.get(1), LEAST_SHOWN),
            Pictures.enlarged("mixed by " + policy, mixed, LEAST_SHOWN));
    Share[] shares = {new Share(labels.get(0), target[0]), new Share(labels.get(1), target[1])};
    Arrays.sort(shares, Comparator.comparingDouble(share -> -share.value()));
    return DemoResult.of(
        String.format(
            Locale.ROOT,
            "The mixed picture counts as %.0f %% %s and %.0f %% %s.",
            100 * target[0],
            labels.get(0),
            100 * target[1],
            labels.get(1)),
        List.of(shares),
        pictures);
  }
}
