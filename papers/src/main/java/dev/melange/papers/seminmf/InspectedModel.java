package dev.melange.papers.seminmf;

import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.gpt.CharGpt;
import java.util.List;
import java.util.Optional;

/** A language model whose MLP activations are looked at, with its own way to read a text. */
public interface InspectedModel extends AutoCloseable {
  /**
   * A text as the model reads it.
   *
   * @param sentences token numbers; each sentence is short enough for the model
   * @param unknown characters the model does not know, which were left out; each once
   */
  record Reading(List<List<Long>> sentences, String unknown) {
    /** Copies the list. */
    public Reading {
      sentences = sentences.stream().map(List::copyOf).toList();
    }

    /** Number of tokens. */
    public int tokens() {
      return sentences.stream().mapToInt(List::size).sum();
    }
  }

  /** What it is called. */
  String name();

  /** Number of layers. */
  int layers();

  /** Number of neurons of a layer's MLP. */
  int neurons();

  /** Reads a text. */
  Reading read(String text);

  /** The text of a token. */
  String show(long token);

  /**
   * The MLP's activations at the tokens of sentences.
   *
   * @param sentences from {@link #read}
   * @param layer from 0
   * @return activations that belong to the current scope
   */
  TokenActivations activations(List<List<Long>> sentences, int layer);

  /** The model as one that writes, if it can. */
  Optional<CharGpt> writer();

  @Override
  void close();

  /** A character model. Closing this closes it. */
  static InspectedModel of(String name, CharGpt model) {
    return new InspectedGpt(name, model);
  }

  /** The sentence encoder. Closing this closes it. */
  static InspectedModel of(MiniLm model) {
    return new InspectedMiniLm(model);
  }
}
