package dev.melange.papers.seminmf;

import dev.melange.papers.bert.Bert;
import dev.melange.papers.bert.MiniLm;
import dev.melange.papers.bert.WordPiece;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Tensor;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The sentence encoder; a text is cut into its sentences. */
final class InspectedMiniLm implements InspectedModel {
  private static final int LONGEST = WordPiece.DEFAULT_MAX_LENGTH - 2; // room for the marks
  private static final String WITHIN_WORD = "##";

  private final MiniLm model;
  private final long begin;
  private final long end;

  InspectedMiniLm(MiniLm model) {
    this.model = model;
    begin = model.tokenizer().vocab().indexOf("[CLS]");
    end = model.tokenizer().vocab().indexOf("[SEP]");
  }

  @Override
  public String name() {
    return MiniLm.NAME;
  }

  @Override
  public int layers() {
    return model.encoder().config().num_hidden_layers();
  }

  @Override
  public int neurons() {
    return model.encoder().config().intermediate_size();
  }

  @Override
  public Reading read(String text) {
    List<List<Long>> sentences = new ArrayList<>();
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    breaks.setText(text);
    int from = breaks.first();
    for (int to = breaks.next(); to != BreakIterator.DONE; from = to, to = breaks.next()) {
      List<Long> ids =
          model.tokenizer().pieces(text.substring(from, to)).stream().map(Long::valueOf).toList();
      for (int i = 0; i < ids.size(); i += LONGEST) {
        sentences.add(ids.subList(i, Math.min(ids.size(), i + LONGEST)));
      }
    }
    return new Reading(sentences, "");
  }

  @Override
  public String show(long token) {
    String piece = model.tokenizer().vocab().get(Math.toIntExact(token));
    return piece.startsWith(WITHIN_WORD) ? piece.substring(WITHIN_WORD.length()) : " " + piece;
  }

  @Override
  public TokenActivations activations(List<List<Long>> sentences, int layer) {
    List<TokenActivations.Token> tokens = new ArrayList<>();
    for (int s = 0; s < sentences.size(); s++) {
      for (int t = 0; t < sentences.get(s).size(); t++) {
        tokens.add(new TokenActivations.Token(s, t));
      }
    }
    List<Supplier<Tensor>> tasks = new ArrayList<>();
    for (List<Long> sentence : sentences) {
      tasks.add(() -> neuronsAt(sentence, layer));
    }
    Tensor values =
        Autograd.noGrad(() -> Tensor.cat(0, Engine.get().parallel(tasks).toArray(Tensor[]::new)));
    return new TokenActivations(values, sentences, tokens);
  }

  /** One sentence between the marks that the encoder expects, [T, m] without them. */
  private Tensor neuronsAt(List<Long> sentence, int layer) {
    long[] ids = new long[sentence.size() + 2];
    ids[0] = begin;
    ids[ids.length - 1] = end;
    for (int i = 0; i < sentence.size(); i++) {
      ids[i + 1] = sentence.get(i);
    }
    Tensor input = Tensor.of(ids, 1, ids.length);
    Bert.Encoding encoding = model.encoder().encode(input, input.onesLike(), input.zerosLike());
    // A copy, so that all else that was computed can go.
    return encoding.activations().get(layer).get(0).narrow(0, 1, sentence.size()).copy();
  }

  @Override
  public Optional<CharGpt> writer() {
    return Optional.empty();
  }

  @Override
  public void close() {
    model.close();
  }
}
