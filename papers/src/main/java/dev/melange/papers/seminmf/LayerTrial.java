package dev.melange.papers.seminmf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.papers.gpt.CharGptRecipe;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import dev.melange.train.Minibatches;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * One layer of a language model taken apart with one seed: features by semi-NMF and its baselines,
 * and what steering along them does.
 */
final class LayerTrial {
  /** Semi-NMF. */
  static final String SNMF = "SNMF";

  /** Sparse autoencoder. */
  static final String SAE = "SAE";

  /** Difference in means. */
  static final String DIFF_MEAN = "DiffMean";

  /** Random directions with the concepts of semi-NMF. */
  static final String RANDOM = "random";

  /** In the order of the report. */
  static final List<String> METHODS = List.of(SNMF, SAE, DIFF_MEAN, RANDOM);

  private static final Steering.Location LOCATION = Steering.Location.MLP_ACT;
  private static final int LEAST_OCCURRENCES = 20;

  // streams of a seed
  private static final long PIECES = 1;
  private static final long PROMPTS = 2;
  private static final long START = 3;
  private static final long AUTOENCODER = 4;
  private static final long DIRECTIONS = 5;

  private final StudySettings settings;
  private final CharGpt model;
  private final String text;
  private final int layer;
  private final Rng rng;

  LayerTrial(StudySettings settings, CharGpt model, String text, int layer, long seed) {
    this.settings = settings;
    this.model = model;
    this.text = text;
    this.layer = layer;
    this.rng = new Rng(seed).fork(layer);
  }

  private long[][] pieces(String part, int count, int length, long stream) {
    long[] ids = model.vocabulary().encode(part);
    Rng places = rng.fork(stream);
    return IntStream.range(0, count)
        .mapToObj(i -> places.nextInt(ids.length - length + 1))
        .map(start -> Arrays.copyOfRange(ids, start, start + length))
        .toArray(long[][]::new);
  }

  /** The activations of random pieces of the training text. */
  TokenActivations activations() {
    int length = settings.n_positions();
    int count = Math.max(1, settings.tokens() / length);
    List<List<Long>> corpus =
        Arrays.stream(pieces(CharGptRecipe.training(text), count, length, PIECES))
            .map(piece -> Arrays.stream(piece).boxed().toList())
            .toList();
    return TokenActivations.of(model.model(), corpus, layer, LOCATION, id -> false);
  }

  /** Texts to steer, random pieces of the validation text, int64 [P, T]. */
  Tensor prompts() {
    int length = settings.prompt_length();
    long[][] pieces = pieces(CharGptRecipe.validation(text), settings.prompts(), length, PROMPTS);
    long[] all = Arrays.stream(pieces).flatMapToLong(Arrays::stream).toArray();
    return Tensor.of(all, pieces.length, length);
  }

  /** Semi-NMF from a random start. */
  SemiNmf.Fit factor(TokenActivations activations) {
    return onWorker(
        () -> {
          Tensor a = activations.values().t().contiguous();
          Factors start = SemiNmfStart.random(a, settings.rank(), rng.fork(START));
          return SemiNmf.fit(settings.factorisation(), a, start);
        });
  }

  /** What an autoencoder found: features, and the activations [n, m] that it rebuilds. */
  private record Code(Factors factors, Tensor rebuilt) {}

  private Code autoencode(Trial trial, Tensor x) throws IOException {
    Rng own = rng.fork(AUTOENCODER);
    try (SparseAutoencoder sae = new SparseAutoencoder(x.mean(0), settings.rank(), own);
        Optimizer optimizer = Adam.of(ParameterGroup.all(sae, 0), Adam.Config.ADAM)) {
      trial.train(
          "sae",
          Trainer.of(sae, batch -> sae.loss(batch.get("x"), settings.sae_l1()))
              .data(Minibatches.shuffled(Map.of("x", x), settings.sae_batch(), own.seed()))
              .optimizer(optimizer)
              .learningRate(settings.sae_rate())
              .steps(settings.sae_steps())
              .seed(own.seed()));
      return Autograd.noGrad(
          () -> {
            Tensor f = sae.encode(x);
            Tensor directions = sae.directions().t();
            return new Code(
                new Factors(directions.detach().copy(), f.detach().copy()),
                sae.decode(f).detach().copy());
          });
    }
  }

  /** On one of the workers, which computes alone: the products here are too small to share. */
  static <T> T onWorker(Supplier<T> work) {
    return Engine.get().parallel(List.of(work)).get(0);
  }

  private static double explained(Tensor x, Tensor rebuilt) {
    double total = x.sub(x.mean(0).unsqueeze(0)).square().sum().item();
    return 1 - x.sub(rebuilt).square().sum().item() / total;
  }

  /**
   * A direction per frequent token: the mean of its activations minus that of all others. A
   * coefficient is the projection on it, at the token's own occurrences only.
   */
  private Factors differences(TokenActivations activations) {
    return onWorker(
        () -> {
          Tensor x = activations.values();
          int n = activations.tokens().size();
          Map<Long, List<Integer>> rows = new LinkedHashMap<>();
          for (int row = 0; row < n; row++) {
            rows.computeIfAbsent(activations.id(row), id -> new ArrayList<>()).add(row);
          }
          List<List<Integer>> frequent =
              rows.values().stream()
                  .filter(of -> of.size() >= LEAST_OCCURRENCES && of.size() < n)
                  .sorted((a, b) -> Integer.compare(b.size(), a.size()))
                  .limit(settings.rank())
                  .toList();
          if (frequent.isEmpty()) {
            throw new IllegalArgumentException(
                "no token occurs %d times among %d; analyse more tokens"
                    .formatted(LEAST_OCCURRENCES, n));
          }
          List<Tensor> directions = new ArrayList<>();
          List<Tensor> coefficients = new ArrayList<>();
          for (List<Integer> own : frequent) {
            double[] mask = new double[n];
            own.forEach(row -> mask[row] = 1);
            Tensor is = Tensor.of(mask, n);
            Tensor direction =
                DiffMean.direction(
                    x.indexSelect(0, is.nonzero().squeeze(1)),
                    x.indexSelect(0, is.eq(0).nonzero().squeeze(1)));
            directions.add(direction);
            // Above 0 everywhere, so that all occurrences are contexts, the strongest first.
            Tensor projection = x.matmul(direction);
            coefficients.add(projection.sub(projection.min()).add(1e-6).mul(is.to(x.dtype())));
          }
          return new Factors(
              Tensor.stack(1, directions.toArray(Tensor[]::new)),
              Tensor.stack(1, coefficients.toArray(Tensor[]::new)));
        });
  }

  /** All of it. */
  ObjectNode run(Trial trial) throws IOException {
    TokenActivations activations = activations();
    Tensor x = activations.values();
    SemiNmf.Fit fit = factor(activations);
    ConceptFeatures snmf = new ConceptFeatures(activations, fit.factors());
    Code code = autoencode(trial, x);
    ConceptFeatures sae = new ConceptFeatures(activations, code.factors());
    ConceptFeatures means = new ConceptFeatures(activations, differences(activations));

    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ObjectNode methods = result.putObject("methods");
    SteeringTrials steering =
        new SteeringTrials(
            model.model(), layer, LOCATION, prompts(), settings.kls(), settings.max_alpha());
    trial.progress(0, METHODS.size());
    describe(methods.putObject(SNMF), snmf)
        .put("explained_variance", explained(x, fit.factors().product().t()));
    steer(methods, SNMF, steering, directions(snmf), concepts(snmf));
    trial.progress(1, METHODS.size());
    describe(methods.putObject(SAE), sae).put("explained_variance", explained(x, code.rebuilt()));
    steer(methods, SAE, steering, directions(sae), concepts(sae));
    trial.progress(2, METHODS.size());
    describe(methods.putObject(DIFF_MEAN), means);
    steer(methods, DIFF_MEAN, steering, directions(means), concepts(means));
    trial.progress(3, METHODS.size());
    methods.putObject(RANDOM);
    Tensor noise = rng.fork(DIRECTIONS).normal(settings.rank(), x.size(1));
    steer(methods, RANDOM, steering, noise.div(noise.normKeep(2, 1)), concepts(snmf));
    trial.progress(4, METHODS.size());
    ArrayNode losses = result.putArray("snmf_losses");
    fit.losses().forEach(losses::add);
    return result;
  }

  private ObjectNode describe(ObjectNode json, ConceptFeatures features) {
    double purity =
        IntStream.range(0, features.size())
            .mapToDouble(k -> features.purity(k, settings.contexts()))
            .average()
            .orElseThrow();
    Tensor active = features.factors().coefficients().gt(1e-6).to(DType.F64).sum(1);
    return json.put("features", features.size())
        .put("purity", purity)
        .put("active", active.mean().item())
        .put("neurons", features.factors().features().ne(0).to(DType.F64).mean().item());
  }

  private static Tensor directions(ConceptFeatures features) {
    Tensor f = features.factors().features();
    return f.div(f.normKeep(2, 0).clampMin(1e-8)).t().contiguous();
  }

  private List<NextTokens> concepts(ConceptFeatures features) {
    int vocabulary = model.vocabulary().size();
    return IntStream.range(0, features.size())
        .mapToObj(k -> features.concept(k, settings.contexts(), vocabulary))
        .toList();
  }

  private static void steer(
      ObjectNode methods,
      String method,
      SteeringTrials steering,
      Tensor directions,
      List<NextTokens> concepts) {
    List<SteeringTrials.Outcome> outcomes = steering.run(directions, concepts);
    ObjectNode json = (ObjectNode) methods.get(method);
    ArrayNode scores = json.putArray("scores");
    ArrayNode alphas = json.putArray("alphas");
    ArrayNode divergences = json.putArray("kls");
    for (SteeringTrials.Outcome outcome : outcomes) {
      put(scores.addArray(), outcome.scores());
      put(alphas.addArray(), outcome.alphas());
      put(divergences.addArray(), outcome.divergences());
    }
  }

  /** NaN, a divergence out of reach, becomes null. */
  private static void put(ArrayNode array, double[] values) {
    for (double value : values) {
      if (Double.isNaN(value)) {
        array.addNull();
      } else {
        array.add(value);
      }
    }
  }
}
