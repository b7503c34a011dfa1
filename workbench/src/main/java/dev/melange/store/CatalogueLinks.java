package dev.melange.store;

import dev.melange.feed.ArxivId;
import dev.melange.feed.PaperRecord;
import dev.melange.feed.Titles;
import dev.melange.papers.Card;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which papers are implemented: tells a record's card by its title, or else by its arXiv id.
 * Similar titles are only suggested.
 */
public final class CatalogueLinks {
  private static final double SUGGESTED = 0.85;

  private final List<Card> cards;
  private final Map<String, String> byTitle = new HashMap<>();
  private final Map<String, String> byArxivId = new HashMap<>();

  /** Of some cards. */
  public CatalogueLinks(List<Card> cards) {
    this.cards = List.copyOf(cards);
    for (Card card : cards) {
      byTitle.put(Titles.key(card.title()), card.key());
      arxivId(card).ifPresent(id -> byArxivId.put(id.id(), card.key()));
    }
  }

  /** The arXiv id among a card's links. */
  static Optional<ArxivId> arxivId(Card card) {
    return card.links().stream()
        .flatMap(link -> ArxivId.parse(link.uri().toString()).stream())
        .findFirst();
  }

  /** The key of the card a record is about. */
  Optional<String> keyOf(PaperRecord record) {
    String key = byTitle.get(Titles.key(record.title()));
    return Optional.ofNullable(
        key == null && record.arxivId() != null ? byArxivId.get(record.arxivId()) : key);
  }

  /** A note about the card a record might be about, where that is not certain. */
  Optional<String> suggestion(PaperRecord record) {
    return cards.stream()
        .filter(card -> Titles.similarity(card.title(), record.title()) >= SUGGESTED)
        .map(card -> "may be the catalogue's " + card.key() + ": " + card.title())
        .findFirst();
  }
}
