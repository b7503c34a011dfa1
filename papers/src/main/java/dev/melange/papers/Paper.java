package dev.melange.papers;

import dev.melange.papers.study.Study;

/** An implemented paper of the page: a method with a card and a study of its claim. */
public interface Paper extends Method {
  /** The card: title, claims, links. */
  default Card card() {
    return Cards.get(key());
  }

  /** The paper's claim as an experiment. */
  Study study();
}
