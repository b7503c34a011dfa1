package dev.melange.papers.gpt;

import dev.melange.nn.Dropout;
import dev.melange.nn.Embedding;
import dev.melange.nn.Init;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Linear;
import dev.melange.nn.UnaryLayer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Losses;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A decoder-only language model of the GPT-2 architecture (Radford et al., "Language Models are
 * Unsupervised Multitask Learners", 2019): learned positions, pre-norm blocks, and an output head
 * that shares the token embedding. Its activations can be recorded and replaced ({@link Hooks}).
 */
public final class Gpt extends UnaryLayer {
  private final GptConfig config;
  private final Embedding tokens;
  private final Embedding positions;
  private final List<GptBlock> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final Linear head; // null when tied
  private final Dropout dropout;

  /** A model without dropout, with GPT-2's initial weights. */
  public Gpt(GptConfig config, Rng rng) {
    this(config, 0, rng);
  }

  /** A model with one dropout rate for embeddings, attention patterns and residual branches. */
  public Gpt(GptConfig config, double dropout, Rng rng) {
    this.config = config;
    tokens = child("transformer.wte", new Embedding(config.vocab_size(), config.n_embd(), rng));
    positions = child("transformer.wpe", new Embedding(config.n_positions(), config.n_embd(), rng));
    Init.normal(tokens.weight(), 0, 0.02, rng);
    Init.normal(positions.weight(), 0, 0.02, rng);
    for (int i = 0; i < config.n_layer(); i++) {
      blocks.add(child("transformer.h." + i, new GptBlock(config, i, dropout, rng)));
    }
    norm = child("transformer.ln_f", new LayerNorm(config.n_embd(), config.layer_norm_epsilon()));
    if (config.tie_word_embeddings()) {
      head = null;
    } else {
      head = child("lm_head", new Linear(config.n_embd(), config.vocab_size(), false, rng));
      Init.normal(head.weight(), 0, 0.02, rng);
    }
    this.dropout = child("transformer.drop", new Dropout(dropout));
  }

  /** The configuration. */
  public GptConfig config() {
    return config;
  }

  /** The output head, [V, d]: the token embedding itself when tied. */
  public Tensor headWeight() {
    return head == null ? tokens.weight() : head.weight();
  }

  /** Logits [B, T, V] of token numbers, int64 [B, T] with T up to {@code n_positions}. */
  @Override
  public Tensor forward(Tensor ids) {
    return forward(ids, Hooks.none());
  }

  /**
   * Logits [B, T, V] of token numbers, int64 [B, T], recording and replacing activations.
   *
   * @throws IllegalArgumentException for a wrong shape or an unknown activation
   */
  public Tensor forward(Tensor ids, Hooks hooks) {
    checkIds(ids, config);
    hooks.check(config);
    long length = ids.size(1);
    Tensor mask = causalMask(length).to(ids.device());
    Tensor x = tokens.forward(ids).add(positions.weight().narrow(0, 0, length));
    x = dropout.forward(x);
    for (GptBlock block : blocks) {
      Tensor in = x;
      // with hooks the activations must outlive the block
      x =
          hooks.isEmpty()
              ? scoped(() -> block.forward(in, mask, hooks))
              : block.forward(in, mask, hooks);
    }
    return unembed(x);
  }

  /** Final normalisation and output head: residual stream [..., d] to logits [..., V]. */
  public Tensor unembed(Tensor stream) {
    return Nn.linear(norm.forward(stream), headWeight(), null);
  }

  /**
   * Mean cross entropy, in nats, of predicting each token from those before it.
   *
   * @param logits [B, T, V]
   * @param ids int64 [B, T], T at least 2
   */
  public static Tensor loss(Tensor logits, Tensor ids) {
    long length = ids.size(1);
    if (length < 2) {
      throw new IllegalArgumentException(
          "the next-token loss needs sequences of at least 2 tokens, got " + length);
    }
    return Losses.crossEntropy(
        logits.narrow(1, 0, length - 1).reshape(-1, logits.size(2)),
        ids.narrow(1, 1, length - 1).reshape(-1));
  }

  /**
   * Continues a text.
   *
   * @param prompt the tokens so far, at least one
   * @param count how many tokens to add
   * @return prompt and continuation
   */
  public long[] generate(long[] prompt, int count, Sampling sampling, Rng rng) {
    return generate(prompt, count, sampling, Hooks.none(), rng);
  }

  /** Continues a text while activations are replaced, for instance to steer it. */
  public long[] generate(long[] prompt, int count, Sampling sampling, Hooks hooks, Rng rng) {
    if (prompt.length == 0 || count < 0) {
      throw new IllegalArgumentException(
          "generation needs a prompt of at least one token and a count of at least 0, got %d and %d"
              .formatted(prompt.length, count));
    }
    long[] text = Arrays.copyOf(prompt, prompt.length + count);
    try (var guard = Autograd.noGrad()) {
      for (int end = prompt.length; end < text.length; end++) {
        int start = Math.max(0, end - config.n_positions());
        try (Scope scope = Scope.open()) {
          long[] window = Arrays.copyOfRange(text, start, end);
          Tensor ids = Tensor.of(window, 1, window.length).to(headWeight().device());
          Tensor last = forward(ids, hooks).get(0).get(window.length - 1L);
          double[] logits = last.to(DType.F64).toDoubles();
          text[end] = sampling.sample(logits, Arrays.copyOf(text, end), rng);
        }
      }
    }
    return text;
  }

  static Tensor causalMask(long length) {
    return Tensor.ones(length, length).triu(1).gt(0.5);
  }

  static void checkIds(Tensor ids, GptConfig config) {
    if (ids.dim() != 2 || ids.dtype() != DType.I64 || ids.size(1) > config.n_positions()) {
      throw new IllegalArgumentException(
          "gpt expects input_ids int64 [batch, up to %d tokens], got %s %s"
              .formatted(config.n_positions(), ids.dtype(), Arrays.toString(ids.shape())));
    }
  }
}
