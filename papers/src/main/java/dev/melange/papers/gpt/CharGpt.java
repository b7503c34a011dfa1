package dev.melange.papers.gpt;

import dev.melange.component.Configs;
import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A language model of characters: a {@link Gpt} and the characters it knows. Its files hold both.
 *
 * <pre>{@code
 * try (CharGpt model = CharGpt.load(Path.of("gpt.safetensors"))) {
 *   System.out.println(model.write("I think that", 50, Sampling.temperature(0.8), new Rng(1)));
 * }
 * }</pre>
 */
public final class CharGpt implements AutoCloseable {
  /** What files call such a model. */
  public static final String NAME = "char-gpt";

  private final Config config;
  private final Gpt model;
  private final CharVocabulary vocabulary;

  /**
   * What a model consists of; the rest is as in GPT-2 (tanh GELU, MLP of four times the width, tied
   * head).
   *
   * @param characters those it knows, in ascending order
   * @param n_positions longest text it sees
   * @param n_embd width of the residual stream
   * @param n_layer number of blocks
   * @param n_head number of attention heads
   */
  public record Config(String characters, int n_positions, int n_embd, int n_layer, int n_head) {
    /** Checks characters and sizes. */
    public Config {
      GptConfig.of(new CharVocabulary(characters).size(), n_positions, n_embd, n_layer, n_head);
    }

    /** The configuration without the characters. */
    public GptConfig model() {
      int size = new CharVocabulary(characters).size();
      return GptConfig.of(size, n_positions, n_embd, n_layer, n_head);
    }
  }

  /** An untrained model. To be closed. */
  public CharGpt(Config config, Rng rng) {
    this.config = config;
    model = new Gpt(config.model(), rng);
    vocabulary = new CharVocabulary(config.characters());
  }

  /**
   * Loads a model, in inference mode. To be closed.
   *
   * @param file a safetensors file that says what it holds
   * @throws IllegalArgumentException if it holds another model, or does not say which
   */
  public static CharGpt load(Path file) throws IOException {
    Provenance provenance =
        Checkpoints.provenance(file)
            .filter(known -> known.model().equals(NAME))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s is not a character model (%s) that Melange trained; it does not tell its characters"
                            .formatted(file, NAME)));
    CharGpt loaded =
        new CharGpt(
            Configs.read(Config.class, provenance.config(), file + " (" + NAME + ")"), new Rng(0));
    try {
      Checkpoints.load(loaded.model, file);
    } catch (IOException | RuntimeException e) {
      loaded.close();
      throw e;
    }
    loaded.model.eval();
    return loaded;
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /** The model itself. */
  public Gpt model() {
    return model;
  }

  /** Its characters. */
  public CharVocabulary vocabulary() {
    return vocabulary;
  }

  /** Continues a text by a number of characters; returns both. */
  public String write(String prompt, int count, Sampling sampling, Rng rng) {
    return write(prompt, count, sampling, Hooks.none(), rng);
  }

  /** Continues a text while activations are replaced, for instance to steer it. */
  public String write(String prompt, int count, Sampling sampling, Hooks hooks, Rng rng) {
    return vocabulary.decode(
        model.generate(vocabulary.encode(prompt), count, sampling, hooks, rng));
  }

  /** The token numbers of a text as the model wants them, int64 [1, T]. */
  public Tensor ids(String text) {
    long[] ids = vocabulary.encode(text);
    return Tensor.of(ids, 1, ids.length);
  }

  @Override
  public void close() {
    model.close();
  }
}
