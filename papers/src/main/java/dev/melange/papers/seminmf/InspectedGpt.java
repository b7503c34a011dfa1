package dev.melange.papers.seminmf;

import dev.melange.papers.gpt.CharGpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A character model; a text is cut into pieces as long as it sees. */
final class InspectedGpt implements InspectedModel {
  private final String name;
  private final CharGpt model;

  InspectedGpt(String name, CharGpt model) {
    this.name = name;
    this.model = model;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int layers() {
    return model.config().n_layer();
  }

  @Override
  public int neurons() {
    return model.model().config().inner();
  }

  @Override
  public Reading read(String text) {
    long[] ids = model.vocabulary().encode(model.vocabulary().known(text));
    int length = model.config().n_positions();
    List<List<Long>> pieces = new ArrayList<>();
    for (int from = 0; from < ids.length; from += length) {
      long[] piece = Arrays.copyOfRange(ids, from, Math.min(ids.length, from + length));
      pieces.add(Arrays.stream(piece).boxed().toList());
    }
    return new Reading(pieces, model.vocabulary().unknown(text));
  }

  @Override
  public String show(long token) {
    return model.vocabulary().decode(token);
  }

  @Override
  public TokenActivations activations(List<List<Long>> sentences, int layer) {
    return TokenActivations.of(
        model.model(), sentences, layer, Steering.Location.MLP_ACT, id -> false);
  }

  @Override
  public Optional<CharGpt> writer() {
    return Optional.of(model);
  }

  @Override
  public void close() {
    model.close();
  }
}
