package dev.melange.papers;

import dev.melange.data.image.Normalize;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixLoss;
import dev.melange.mix.MixLosses;
import dev.melange.mix.MixNotation;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.mix.MixSetup;
import dev.melange.mix.MixTraining;
import dev.melange.nn.ImageModel;
import dev.melange.nn.ModelOrigin;
import dev.melange.papers.adamixup.AdaMixUpPolicy;
import dev.melange.papers.adversarialautomixup.AdAutoMixPolicy;
import dev.melange.papers.adversarialautomixup.AutoMixPolicy;
import dev.melange.papers.decoupledmixup.DecoupledMixup;
import dev.melange.papers.decoupledmixup.DecoupledMixupConfig;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an image classifier is trained on mixed images: the policy, hand-crafted or learned, and the
 * loss.
 *
 * <pre>{@code
 * Mixing mixing = Mixing.parse("decoupled-cutmix:1,until=0.8");
 * try (MixTraining training = mixing.with(model, new long[] {3, 32, 32}, normalize, seed)) {
 *   training.trainer(mixing.loss().objective(model)).data(train).epochs(20).fit();
 * }
 * }</pre>
 *
 * @param name in the notation of {@link #parse}
 * @param policy mixes each batch
 * @param loss of the mixed batch of a hand-crafted policy
 * @param eta weight of the decoupled terms; 0 for the mixed cross entropy
 */
public record Mixing(String name, MixPolicy policy, MixLoss loss, double eta) {
  private static final double ETA = 0.1;
  private static final Pattern DECOUPLED = Pattern.compile("decoupled(?::([^-]*))?(?:-(.*))?");
  private static final long LEARNERS = 7;
  private static final MixNotation NOTATION = notation();

  private static MixNotation notation() {
    Map<String, MixPolicy> all = new LinkedHashMap<>(MixPolicies.notation().policies());
    all.put("adamixup", AdaMixUpPolicy.USUAL);
    all.put("automix", AutoMixPolicy.USUAL);
    all.put("adautomix", AdAutoMixPolicy.USUAL);
    return new MixNotation(all);
  }

  /** The names of all policies, hand-crafted ones first. */
  public static List<String> names() {
    return NOTATION.names();
  }

  /** The keys that a policy takes. */
  public static List<String> keys(String policy) {
    return NOTATION.keys(policy);
  }

  /**
   * Reads a mixing from text: policies as {@link MixNotation} describes them, learned ones among
   * them, with the mixed cross entropy; or {@code decoupled-} and policies, with decoupled mixup of
   * weight 0.1, or {@code decoupled:0.2-} and policies for another weight. {@code decoupled} alone
   * is {@code decoupled-cutmix}.
   *
   * @throws IllegalArgumentException for unknown names or keys (says which there are) or wrong
   *     values
   */
  public static Mixing parse(String text) {
    return parse(text, ETA);
  }

  /** As {@link #parse(String)}, with the weight of decoupled terms for texts that give none. */
  public static Mixing parse(String text, double eta) {
    Matcher decoupled = DECOUPLED.matcher(text);
    if (!decoupled.matches()) {
      refuseInnerDecoupling(text);
      MixPolicy policy = NOTATION.parse(text);
      return new Mixing(policy.name(), policy, MixLosses.CROSS_ENTROPY, 0);
    }
    String rest = decoupled.group(2) == null ? "cutmix" : decoupled.group(2);
    refuseInnerDecoupling(rest);
    double weight = decoupled.group(1) == null ? eta : weight(text, decoupled.group(1));
    MixPolicy policy = NOTATION.parse(rest);
    String shown = decoupled.group(1) == null ? "decoupled-" : "decoupled:" + weight + "-";
    return new Mixing(
        shown + policy.name(),
        policy,
        DecoupledMixup.of(DecoupledMixupConfig.paper(weight)),
        weight);
  }

  /**
   * Several mixings from a list with commas; pieces such as {@code until=0.6} belong to the mixing
   * before them.
   *
   * @throws IllegalArgumentException as {@link #parse(String)}
   */
  public static List<String> split(String list) {
    List<String> texts = new ArrayList<>();
    for (String piece : list.split(",", -1)) {
      int equals = piece.indexOf('=');
      int colon = piece.indexOf(':');
      if (!texts.isEmpty() && equals >= 0 && (colon < 0 || equals < colon)) {
        texts.set(texts.size() - 1, texts.get(texts.size() - 1) + "," + piece.strip());
      } else {
        texts.add(piece.strip());
      }
    }
    texts.forEach(Mixing::parse);
    return texts;
  }

  private static void refuseInnerDecoupling(String text) {
    if (text.contains("decoupled-")) {
      throw new IllegalArgumentException(
          "mixing '%s': decoupled- stands once, before all policies, and is meant for all of them"
              .formatted(text));
    }
  }

  private static double weight(String text, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "mixing '%s': the weight of decoupled terms is a number, as in decoupled:0.2-cutmix, got '%s'"
              .formatted(text, value),
          e);
    }
  }

  /**
   * The training of a classifier of the catalogue; AttentiveMix looks at the features of the
   * classifier itself unless it names another one's file.
   *
   * @param model on its device
   * @param shape of the images: channels, height, width
   * @param normalize how they were normalised
   * @param seed of the initial weights of learned policies
   * @throws IllegalArgumentException if a learned policy cannot be made for the model
   */
  public MixTraining with(ImageModel model, long[] shape, Normalize normalize, long seed) {
    return with(model, model, shape, normalize, seed);
  }

  /**
   * As the other, with another classifier for AttentiveMix to look at.
   *
   * @param attention a trained classifier for images of the same shape
   */
  public MixTraining with(
      ImageModel model, ImageModel attention, long[] shape, Normalize normalize, long seed) {
    BinaryOperator<Tensor> mixedLoss =
        eta == 0
            ? MixLosses::softCrossEntropy
            : (logits, target) -> DecoupledMixup.loss(logits, target, eta);
    Rng rng = new Rng(seed).fork(LEARNERS);
    MixSetup setup =
        new MixSetup(model, () -> twin(model, shape, rng.nextInt()), shape, rng, mixedLoss)
            .reading(file -> trained(file, shape, normalize));
    return MixTraining.of(policy, setup, new MixContext(model, attention, normalize));
  }

  /** A trained classifier that sees the images as they are normalised for the training. */
  private static ImageModel trained(String file, long[] shape, Normalize normalize) {
    ImageClassifier classifier;
    try {
      classifier = ImageClassifier.load(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ImageInput input = classifier.input();
    if (input.channels() != shape[0] || !input.normalize().equals(normalize)) {
      classifier.close();
      throw new IllegalArgumentException(
          "attentivemix cannot look at %s: it sees images of %d channels normalised by %s, the training has %d channels normalised by %s; train both alike"
              .formatted(
                  file, input.channels(), text(input.normalize()), shape[0], text(normalize)));
    }
    try (Scope scope = Scope.open()) {
      classifier.model().forwardFeatures(Tensor.zeros(1, shape[0], shape[1], shape[2]));
    } catch (IllegalArgumentException e) {
      classifier.close();
      throw new IllegalArgumentException(
          "attentivemix cannot look at images of %d x %d with %s, which was trained for %d x %d: %s"
              .formatted(shape[1], shape[2], file, input.size(), input.size(), e.getMessage()),
          e);
    }
    return classifier.model();
  }

  private static String text(Normalize normalize) {
    return Arrays.toString(normalize.mean()) + " and " + Arrays.toString(normalize.std());
  }

  private static ImageModel twin(ImageModel model, long[] shape, long seed) {
    ModelOrigin origin =
        model
            .origin()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "learned policies make a second network like the classifier, so it must be one of the catalogue (Vision.create); got a %s"
                            .formatted(model.getClass().getSimpleName())));
    return Vision.create(
        origin.model(),
        options ->
            options
                .base(origin.config())
                .channels((int) shape[0])
                .size((int) shape[1], (int) shape[2])
                .classes(model.classes())
                .seed(seed));
  }
}
