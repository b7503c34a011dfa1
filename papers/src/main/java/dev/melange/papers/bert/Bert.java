package dev.melange.papers.bert;

import dev.melange.component.Default;
import dev.melange.component.OneOf;
import dev.melange.nn.Activation;
import dev.melange.nn.Dropout;
import dev.melange.nn.Embedding;
import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.nn.LayerNorm;
import dev.melange.nn.Layers;
import dev.melange.nn.Linear;
import dev.melange.tensor.DType;
import dev.melange.tensor.Nn;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * BERT (Devlin et al. 2018): a bidirectional transformer encoder with the layer norm after each
 * residual sum, and optionally a pooler or a masked-language-model head. Weight names are those of
 * Hugging Face's {@code BertModel} (heads none and pooler) and {@code BertForMaskedLM} (head mlm,
 * whose encoder has the prefix {@code bert.} and whose decoder is the word embedding itself).
 */
public final class Bert extends Layer {
  /** Dropout rate of embeddings, attention and branches. */
  static final double DROPOUT = 0.1;

  private static final double INIT_STD = 0.02;

  /**
   * What a model consists of; the defaults are all-MiniLM-L6-v2's.
   *
   * @param vocab_size number of tokens V
   * @param hidden_size width d
   * @param num_hidden_layers number of layers L
   * @param num_attention_heads divides the width
   * @param intermediate_size hidden features m of the MLPs
   * @param hidden_act activation of the MLPs and of the mlm head
   * @param max_position_embeddings the longest input
   * @param type_vocab_size number of token types
   * @param layer_norm_eps of all layer norms
   * @param head what is computed on top of the encoder
   */
  public record Config(
      @Default("30522") int vocab_size,
      @Default("384") int hidden_size,
      @Default("6") int num_hidden_layers,
      @Default("12") int num_attention_heads,
      @Default("1536") int intermediate_size,
      @Default("gelu") @OneOf({"gelu", "relu"}) String hidden_act,
      @Default("512") int max_position_embeddings,
      @Default("2") int type_vocab_size,
      @Default("1e-12") double layer_norm_eps,
      @Default("none") @OneOf({"none", "pooler", "mlm"}) String head) {
    /** Checks sizes and that the heads divide the width. */
    public Config {
      if (vocab_size < 1
          || hidden_size < 1
          || num_hidden_layers < 0
          || intermediate_size < 1
          || max_position_embeddings < 1
          || type_vocab_size < 1) {
        throw new IllegalArgumentException(
            ("vocab_size, hidden_size, intermediate_size, max_position_embeddings and"
                    + " type_vocab_size must be >= 1 and num_hidden_layers >= 0;"
                    + " got %d, %d, %d, %d, %d, %d")
                .formatted(
                    vocab_size,
                    hidden_size,
                    intermediate_size,
                    max_position_embeddings,
                    type_vocab_size,
                    num_hidden_layers));
      }
      if (num_attention_heads < 1 || hidden_size % num_attention_heads != 0) {
        throw new IllegalArgumentException(
            "hidden_size %d cannot be split into num_attention_heads %d"
                .formatted(hidden_size, num_attention_heads));
      }
    }
  }

  /**
   * What the encoder computes.
   *
   * @param hidden the embeddings after their layer norm, then each layer's output, each [B, T, d]
   * @param patterns attention probabilities of each layer, [B, H, T, T]
   * @param activations of each layer's MLP, [B, T, m]
   */
  public record Encoding(List<Tensor> hidden, List<Tensor> patterns, List<Tensor> activations) {
    /** Copies the lists. */
    public Encoding {
      hidden = List.copyOf(hidden);
      patterns = List.copyOf(patterns);
      activations = List.copyOf(activations);
    }

    /** The output of the last layer, [B, T, d]. */
    public Tensor last() {
      return hidden.get(hidden.size() - 1);
    }
  }

  private final Config config;
  private final Embedding words;
  private final Embedding positions;
  private final Embedding types;
  private final LayerNorm embeddingNorm;
  private final Dropout drop;
  private final Layers<BertLayer> layers;
  private final Linear pooler; // null unless head is pooler
  private final Linear transform; // these three are null unless head is mlm
  private final LayerNorm transformNorm;
  private final Tensor decoderBias; // [V]

  /** A new, untrained model: weights N(0, 0.02), biases 0, the padding token's embedding 0. */
  public Bert(Config config, Rng rng) {
    this.config = config;
    int d = config.hidden_size();
    double eps = config.layer_norm_eps();
    boolean mlm = config.head().equals("mlm");
    String prefix = mlm ? "bert." : "";
    String embeddings = prefix + "embeddings.";
    words = child(embeddings + "word_embeddings", embedding(config.vocab_size(), d, 0, rng));
    positions =
        child(
            embeddings + "position_embeddings",
            embedding(config.max_position_embeddings(), d, -1, rng));
    types =
        child(
            embeddings + "token_type_embeddings", embedding(config.type_vocab_size(), d, -1, rng));
    embeddingNorm = child(embeddings + "LayerNorm", new LayerNorm(d, eps));
    drop = child("dropout", new Dropout(DROPOUT));
    layers =
        child(
            prefix + "encoder.layer",
            Layers.of(config.num_hidden_layers(), i -> new BertLayer(config, rng)));
    pooler = config.head().equals("pooler") ? child("pooler.dense", linear(d, d, rng)) : null;
    transform = mlm ? child("cls.predictions.transform.dense", linear(d, d, rng)) : null;
    transformNorm =
        mlm ? child("cls.predictions.transform.LayerNorm", new LayerNorm(d, eps)) : null;
    decoderBias = mlm ? parameter("cls.predictions.bias", Tensor.zeros(config.vocab_size())) : null;
  }

  /** A linear layer with weights N(0, 0.02) and bias 0. */
  static Linear linear(long in, long out, Rng rng) {
    Linear linear = new Linear(in, out, rng);
    Init.normal(linear.weight(), 0, INIT_STD, rng);
    Init.constant(linear.bias(), 0);
    return linear;
  }

  private static Embedding embedding(long rows, long dim, long padding, Rng rng) {
    Embedding embedding = new Embedding(rows, dim, padding, rng);
    Init.normal(embedding.weight().detach(), 0, INIT_STD, rng);
    if (padding >= 0) {
      Init.constant(embedding.weight().detach().select(0, padding), 0);
    }
    return embedding;
  }

  /** What the model consists of. */
  public Config config() {
    return config;
  }

  /**
   * Runs the encoder.
   *
   * @param ids token ids, int64 [B, T] with T at most {@code max_position_embeddings}
   * @param mask 1 for tokens, 0 for padding, int64 [B, T]
   * @param typeIds token types, int64 [B, T]
   * @throws IllegalArgumentException for other shapes or numbers outside the tables
   */
  public Encoding encode(Tensor ids, Tensor mask, Tensor typeIds) {
    check("input_ids", ids, ids, config.vocab_size());
    check("attention_mask", mask, ids, 2);
    check("token_type_ids", typeIds, ids, config.type_vocab_size());
    long length = ids.size(1);
    Tensor place = positions.weight().slice(0, 0, length);
    Tensor sum = words.forward(ids).add(types.forward(typeIds)).add(place);
    Tensor x = drop.forward(embeddingNorm.forward(sum));
    Tensor masking =
        mask.to(x.dtype()).rsub(1).mul(lowest(x.dtype())).reshape(mask.size(0), 1, 1, length);
    List<Tensor> hidden = new ArrayList<>(List.of(x));
    List<Tensor> patterns = new ArrayList<>();
    List<Tensor> activations = new ArrayList<>();
    for (BertLayer layer : layers) {
      BertLayer.Step step = layer.forward(x, masking);
      x = step.hidden();
      hidden.add(x);
      patterns.add(step.pattern());
      activations.add(step.activation());
    }
    return new Encoding(hidden, patterns, activations);
  }

  /** The layers for inference on one text at a time; to be closed. */
  List<PackedBertLayer> packed() {
    List<PackedBertLayer> packed = new ArrayList<>();
    layers.forEach(layer -> packed.add(layer.packed()));
    return packed;
  }

  /**
   * Runs packed layers on one text, of the first type.
   *
   * @param ids token ids, int64 [T] with T from 1 to {@code max_position_embeddings}
   * @param packed of {@link #packed}
   * @return the last layer's output, [T, d]
   */
  Tensor encode(Tensor ids, List<PackedBertLayer> packed) {
    Tensor place = positions.weight().slice(0, 0, ids.size(0));
    Tensor type = types.weight().select(0, 0);
    Tensor x = embeddingNorm.forward(words.forward(ids).add(type).add(place));
    for (PackedBertLayer layer : packed) {
      x = layer.forward(x);
    }
    return x;
  }

  /** The first token through a tanh layer: [B, T, d] to [B, d]; only with head pooler. */
  public Tensor pool(Tensor last) {
    requireHead("pooler", pooler);
    return pooler.forward(last.select(1, 0)).tanh();
  }

  /** Scores of all tokens at each position: [B, T, d] to [B, T, V]; only with head mlm. */
  public Tensor predict(Tensor last) {
    requireHead("mlm", transform);
    Tensor t = Activation.of(config.hidden_act()).apply(transform.forward(last));
    return Nn.linear(transformNorm.forward(t), words.weight(), decoderBias);
  }

  /**
   * Sentence vectors of length 1: the mean over the tokens that are not padding, normalised.
   *
   * @param last [B, T, d]
   * @param mask int64 [B, T]
   * @return [B, d]
   */
  public static Tensor sentenceEmbedding(Tensor last, Tensor mask) {
    Tensor weights = mask.to(last.dtype()).unsqueeze(-1);
    Tensor mean = last.mul(weights).sum(1).div(weights.sum(1).clampMin(1e-9));
    return mean.div(mean.normKeep(2, -1).clampMin(1e-12));
  }

  private void requireHead(String head, Layer layer) {
    if (layer == null) {
      throw new IllegalStateException(
          "this model has head '%s', not '%s'; build it with head=%s"
              .formatted(config.head(), head, head));
    }
  }

  private void check(String name, Tensor values, Tensor ids, long limit) {
    if (ids.dim() != 2 || ids.numel() == 0 || ids.size(1) > config.max_position_embeddings()) {
      throw new IllegalArgumentException(
          "bert expects input_ids [B, T] with T from 1 to %d, got %s; truncate longer texts"
              .formatted(config.max_position_embeddings(), Arrays.toString(ids.shape())));
    }
    if (values.dtype() != DType.I64 || !Arrays.equals(values.shape(), ids.shape())) {
      throw new IllegalArgumentException(
          "bert expects %s int64 %s as input_ids, got %s %s"
              .formatted(
                  name,
                  Arrays.toString(ids.shape()),
                  values.dtype(),
                  Arrays.toString(values.shape())));
    }
    long least = values.min().itemLong();
    long most = values.max().itemLong();
    if (least < 0 || most >= limit) {
      throw new IllegalArgumentException(
          "%s must lie in [0, %d], got [%d, %d]".formatted(name, limit - 1, least, most));
    }
  }

  /** The most negative finite number of a type. */
  private static double lowest(DType type) {
    return switch (type) {
      case F64 -> -Double.MAX_VALUE;
      case F32 -> -Float.MAX_VALUE;
      case BF16 -> -0x1.FEp127;
      case F16 -> -65504;
      default -> throw new IllegalStateException("bert does not compute in " + type);
    };
  }
}
