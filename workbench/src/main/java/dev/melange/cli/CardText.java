package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.Card;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.papers.Paper;
import java.util.Optional;
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

  /** How much of the paper can be used. */
  static String state(Card card) {
    return Catalogue.find(card.key())
        .map(method -> method instanceof Paper ? "study" : "components")
        .orElse("not implemented");
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
    console.line("");
    Optional<Method> method = Catalogue.find(card.key());
    if (method.isEmpty()) {
      console.line("Not implemented.");
      return;
    }
    if (method.get() instanceof Paper paper) {
      console.line(console.bold("Study") + " (melange run " + card.key() + ")");
      console.paragraph("", paper.study().question());
      console.line("");
    }
    console.line(console.bold("Components"));
    method.get().components().forEach(component -> console.line("- " + component.name()));
    if (!method.get().models().isEmpty()) {
      console.line("");
      console.line(console.bold("Models"));
      method.get().models().forEach(model -> console.line("- " + model.name()));
    }
  }

  static ObjectNode json(Card card) {
    ObjectNode json =
        Json.object()
            .put("key", card.key())
            .put("title", card.title())
            .put("authors", card.authors())
            .put("organization", card.organization())
            .put("published", card.published().toString())
            .put("summary", card.summary())
            .put("state", state(card));
    Catalogue.find(card.key())
        .filter(Paper.class::isInstance)
        .ifPresent(paper -> json.put("question", ((Paper) paper).study().question()));
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
    ArrayNode components = json.putArray("components");
    ArrayNode models = json.putArray("models");
    Catalogue.find(card.key())
        .ifPresent(
            method -> {
              method.components().forEach(component -> components.add(component.name()));
              method.models().forEach(model -> models.add(model.name()));
            });
    return json;
  }
}
