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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder-only language model of the GPT-2 architecture (Radford et al., "Language Models are
 * Unsupervised Multitask Learners", 2019): learned positions, pre-norm blocks, and an output head
 * that shares the token embedding. Its activations can be recorded and replaced ({@link Hooks}).
 */
public class Gpt extends UnaryLayer {
  private static final String PREFIX = "transformer.";

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

  /**
   * The weight [m, d] with which the MLP of a layer writes to the residual stream.
   *
   * @throws IllegalArgumentException if there is no such layer
   */
  public final Tensor mlpOutWeight(int layer) {
    if (layer < 0 || layer >= blocks.size()) {
      throw new IllegalArgumentException(
          "no layer %d in a model of %d layers".formatted(layer, blocks.size()));
    }
    return blocks.get(layer).mlpOutWeight();
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
    return forward(ids, hooks, null);
  }

  /** Logits of the tokens that follow those already read; ids [1, T]. */
  final Tensor forward(Tensor ids, KeyValues past) {
    Tensor logits = forward(ids, Hooks.none(), past);
    past.advance(ids.size(1));
    return logits;
  }

  private Tensor forward(Tensor ids, Hooks hooks, KeyValues past) {
    long length = ids.size(1);
    long before = past == null ? 0 : past.length();
    Tensor mask = causalMask(length, before).to(ids.device());
    Tensor x = tokens.forward(ids).add(positions.weight().narrow(0, before, length));
    x = dropout.forward(x);
    for (GptBlock block : blocks) {
      Tensor in = x;
      // with hooks the activations must outlive the block
      x =
          hooks.isEmpty()
              ? scoped(() -> block.forward(in, mask, hooks, past))
              : block.forward(in, mask, hooks, past);
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
    checkPredictable(ids);
    long length = ids.size(1);
    return Losses.crossEntropy(
        logits.narrow(1, 0, length - 1).reshape(-1, logits.size(2)),
        ids.narrow(1, 1, length - 1).reshape(-1));
  }

  /**
   * The cross entropy, in nats, of each token given those before it.
   *
   * @param logits [B, T, V]
   * @param ids int64 [B, T], T at least 2
   * @return [B, T - 1]; its mean is {@link #loss}
   */
  public static Tensor tokenLosses(Tensor logits, Tensor ids) {
    checkPredictable(ids);
    long length = ids.size(1);
    Tensor next = ids.narrow(1, 1, length - 1).unsqueeze(2);
    return logits.narrow(1, 0, length - 1).logSoftmax(-1).gather(2, next).squeeze(2).neg();
  }

  private static void checkPredictable(Tensor ids) {
    if (ids.size(1) < 2) {
      throw new IllegalArgumentException(
          "the next-token loss needs sequences of at least 2 tokens, got " + ids.size(1));
    }
  }

  /**
   * Loads a published checkpoint: names may lack the prefix {@code transformer.}; stored attention
   * masks ({@code attn.bias}, {@code attn.masked_bias}) are ignored, and so is the output head of a
   * model whose head is tied.
   *
   * @param checkpoint tensors by name
   * @throws IllegalArgumentException listing all missing, unexpected and mis-shaped names
   */
  public final void loadCheckpoint(Map<String, Tensor> checkpoint) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    checkpoint.forEach(
        (name, tensor) -> {
          boolean mask = name.endsWith(".attn.bias") || name.endsWith(".attn.masked_bias");
          boolean isHead = name.equals("lm_head.weight");
          if (!mask && !(isHead && head == null)) {
            weights.put(isHead || name.startsWith(PREFIX) ? name : PREFIX + name, tensor);
          }
        });
    load(weights);
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
    try (var guard = Autograd.noGrad();
        Scope outer = Scope.open()) {
      KeyValues past = hooks.isEmpty() ? new KeyValues(config, headWeight()) : null;
      for (int end = prompt.length; end < text.length; end++) {
        try (Scope scope = Scope.open()) {
          double[] logits = next(text, end, hooks, past).to(DType.F64).toDoubles();
          text[end] = sampling.sample(logits, Arrays.copyOf(text, end), rng);
        }
      }
    }
    return text;
  }

  /** Logits [V] of the token that follows the first tokens of a text. */
  private Tensor next(long[] text, int end, Hooks hooks, KeyValues past) {
    boolean fits = end <= config.n_positions();
    // once the window slides every token changes its position, and nothing can be reused
    int start =
        past != null && fits ? (int) past.length() : Math.max(0, end - config.n_positions());
    long[] window = Arrays.copyOfRange(text, start, end);
    Tensor ids = Tensor.of(window, 1, window.length).to(headWeight().device());
    Tensor logits = past != null && fits ? forward(ids, past) : forward(ids, hooks);
    return logits.get(0).get(window.length - 1L);
  }

  /** True where a token would see a later one, [length, before + length]. */
  static Tensor causalMask(long length, long before) {
    return Tensor.ones(length, before + length).triu(1 + before).gt(0.5);
  }

  static void checkIds(Tensor ids, GptConfig config) {
    if (ids.dim() != 2 || ids.dtype() != DType.I64 || ids.size(1) > config.n_positions()) {
      throw new IllegalArgumentException(
          "gpt expects input_ids int64 [batch, up to %d tokens], got %s %s"
              .formatted(config.n_positions(), ids.dtype(), Arrays.toString(ids.shape())));
    }
  }
}
