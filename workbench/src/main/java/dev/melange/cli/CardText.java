package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.Card;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A paper's card as text and as JSON. */
final class CardText {
  private CardText() {}

  /** Everything a search looks at. */
  static String searchable(Card card) {
    return Stream.of(
            Stream.of(card.key(), card.title(), card.summary()),
            Stream.ofNullable(card.organization()),
            card.authorNames().stream(),
            card.claims().stream().map(claim -> claim.text()))
        .flatMap(texts -> texts)
        .collect(Collectors.joining("\n"));
  }

  static void print(Console console, Card card) {
    console.line(console.bold(card.title()));
    String names = String.join(", ", card.authorNames());
    console.paragraph("", (names.isEmpty() ? card.byline() : names) + "; " + card.published());
    if (card.organization() != null && !card.byline().equals(card.organization())) {
      console.line(card.organization());
    }
    card.links().forEach(link -> console.line(link.label() + ": " + link.uri()));
    console.line("");
    console.paragraph("", card.summary());
    console.line("");
    console.line(console.bold("Claims"));
    card.claims()
        .forEach(
            claim -> {
              String figure = claim.figure() == null ? "" : " [" + claim.figure() + "]";
              console.paragraph("- ", claim.text() + figure + " (" + claim.source() + ")");
            });
  }

  static ObjectNode json(Card card) {
    ObjectNode json =
        Json.object()
            .put("key", card.key())
            .put("title", card.title())
            .put("authors", card.authors())
            .put("organization", card.organization())
            .put("published", card.published().toString())
            .put("summary", card.summary());
    ArrayNode names = json.putArray("authorNames");
    card.authorNames().forEach(names::add);
    ArrayNode links = json.putArray("links");
    card.links()
        .forEach(
            link -> links.addObject().put("label", link.label()).put("uri", link.uri().toString()));
    ArrayNode claims = json.putArray("claims");
    card.claims()
        .forEach(
            claim ->
                claims
                    .addObject()
                    .put("text", claim.text())
                    .put("figure", claim.figure())
                    .put("source", claim.source()));
    return json;
  }
}
