package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.Gpt;
import dev.melange.papers.gpt.Hooks;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What a model computes at the tokens of a corpus, in the order of the corpus: the columns of A.
 *
 * @param values one row per token, [n, m]
 * @param corpus the sentences, as token numbers
 * @param tokens the token of each row
 */
public record TokenActivations(Tensor values, List<List<Long>> corpus, List<Token> tokens) {
  private static final int BATCH = 32;

  /**
   * A token of the corpus.
   *
   * @param sentence its sentence, from 0
   * @param position its place in the sentence, from 0
   */
  public record Token(int sentence, int position) {}

  /** Checks that there is a row per token, and that the tokens exist. */
  public TokenActivations {
    corpus = corpus.stream().map(List::copyOf).toList();
    tokens = List.copyOf(tokens);
    if (values.dim() != 2 || values.size(0) != tokens.size() || tokens.isEmpty()) {
      throw new IllegalArgumentException(
          "activations need one row per token, at least one, got %s for %d tokens"
              .formatted(Arrays.toString(values.shape()), tokens.size()));
    }
    for (Token token : tokens) {
      if (token.sentence() >= corpus.size()
          || token.position() >= corpus.get(token.sentence()).size()) {
        throw new IllegalArgumentException("the corpus has no " + token);
      }
    }
  }

  /**
   * Runs a language model on sentences.
   *
   * @param model the model; its mode and type are not changed
   * @param corpus sentences of at most {@code n_positions} tokens
   * @param layer the layer to look at, from 0
   * @param location which of its activations
   * @param skipped tokens to leave out, such as padding and the beginning of a sentence
   * @return activations that belong to the current scope
   */
  public static TokenActivations of(
      Gpt model,
      List<List<Long>> corpus,
      int layer,
      Steering.Location location,
      LongPredicate skipped) {
    List<Token> tokens = new ArrayList<>();
    for (int s = 0; s < corpus.size(); s++) {
      for (int t = 0; t < corpus.get(s).size(); t++) {
        if (!skipped.test(corpus.get(s).get(t))) {
          tokens.add(new Token(s, t));
        }
      }
    }
    Tensor values =
        Scope.run(
            () -> {
              List<Tensor> parts = new ArrayList<>();
              try (var guard = Autograd.noGrad()) {
                for (int from = 0; from < corpus.size(); ) {
                  int to = sameLength(corpus, from);
                  parts.add(batch(model, corpus.subList(from, to), location.of(layer), skipped));
                  from = to;
                }
              }
              return Tensor.cat(0, parts.toArray(Tensor[]::new));
            });
    return new TokenActivations(values, corpus, tokens);
  }

  private static int sameLength(List<List<Long>> corpus, int from) {
    int to = from + 1;
    while (to < corpus.size()
        && to - from < BATCH
        && corpus.get(to).size() == corpus.get(from).size()) {
      to++;
    }
    return to;
  }

  private static Tensor batch(
      Gpt model, List<List<Long>> sentences, String name, LongPredicate skipped) {
    long[] ids = sentences.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray();
    long[] rows = new long[ids.length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (!skipped.test(ids[i])) {
        rows[count++] = i;
      }
    }
    long[] kept = Arrays.copyOf(rows, count);
    return Scope.run(
        () -> {
          var device = model.headWeight().device();
          Tensor[] seen = new Tensor[1];
          Hooks hooks =
              Hooks.none()
                  .replace(
                      name,
                      x -> {
                        seen[0] = x;
                        return x;
                      });
          model.forward(
              Tensor.of(ids, sentences.size(), sentences.get(0).size()).to(device), hooks);
          Tensor flat = seen[0].reshape(-1, seen[0].size(2));
          return flat.indexSelect(0, Tensor.of(kept, kept.length).to(device));
        });
  }

  /** The number of a row's token in the vocabulary. */
  public long id(int row) {
    Token token = tokens.get(row);
    return corpus.get(token.sentence()).get(token.position());
  }

  /**
   * How often each token occurs in the corpus, as probabilities with one more of each, so that none
   * is 0. Float64 [V].
   */
  public Tensor marginal(int vocabulary) {
    double[] counts = new double[vocabulary];
    Arrays.fill(counts, 1);
    for (List<Long> sentence : corpus) {
      for (long id : sentence) {
        counts[Math.toIntExact(id)]++;
      }
    }
    double total = Arrays.stream(counts).sum();
    return Scope.run(() -> Tensor.of(counts, vocabulary).to(DType.F64).div(total));
  }
}
