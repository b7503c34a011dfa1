package dev.melange.papers;

/** An implemented paper of the page: a method with a card and a study of its claim. */
public interface Paper extends Method, StudySubject {
  @Override
  String key();

  /** The card: title, claims, links. */
  default Card card() {
    return Cards.get(key());
  }

  @Override
  default String title() {
    return card().title();
  }
}
