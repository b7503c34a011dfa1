package dev.melange.papers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.melange.component.Suggestions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The cards of all papers on the page, in its order, whether implemented or not. They are read from
 * the resource {@code cards.json} beside this class, once.
 */
public final class Cards {
  private static final Set<String> CARD_FIELDS =
      Set.of(
          "key",
          "title",
          "authors",
          "authorNames",
          "organization",
          "published",
          "links",
          "summary",
          "claims");
  private static final Set<String> LINK_FIELDS = Set.of("label", "uri");
  private static final Set<String> CLAIM_FIELDS = Set.of("text", "figure", "source");

  private Cards() {}

  /** Reads the cards on first use of any method, not when the class is only mentioned. */
  private static final class Loaded {
    static final Map<String, Card> BY_KEY = load();

    private static Map<String, Card> load() {
      try (InputStream in = Cards.class.getResourceAsStream("cards.json")) {
        if (in == null) {
          throw new IllegalStateException("resource dev/melange/papers/cards.json is missing");
        }
        return read(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** All cards, in the page's order. */
  public static List<Card> all() {
    return List.copyOf(Loaded.BY_KEY.values());
  }

  /** All keys, in the page's order. */
  public static Set<String> keys() {
    return Loaded.BY_KEY.keySet();
  }

  /**
   * The card of a paper.
   *
   * @param key its key, such as {@code metaformer}
   * @throws IllegalArgumentException for an unknown key, with the nearest known one
   */
  public static Card get(String key) {
    Card card = Loaded.BY_KEY.get(key);
    if (card == null) {
      throw new IllegalArgumentException(
          "unknown paper '" + key + "'" + Suggestions.didYouMean(key, keys()));
    }
    return card;
  }

  /**
   * Reads cards.
   *
   * @param in a JSON array of objects with the components of {@link Card} as fields; {@code
   *     authors}, {@code authorNames}, {@code organization} and a claim's {@code figure} may be
   *     absent
   * @return cards by key, in order, unmodifiable
   * @throws IllegalArgumentException for an unknown, missing or invalid field or a key used twice
   * @throws IOException if it cannot be read or is not JSON
   */
  static Map<String, Card> read(InputStream in) throws IOException {
    Map<String, Card> cards = new LinkedHashMap<>();
    // The bare parser, not data binding: listing the cards must not cost the command line the
    // 150 ms that an object mapper takes to start.
    try (JsonParser parser = new JsonFactory().createParser(in)) {
      parser.nextToken();
      expect(parser, JsonToken.START_ARRAY, "the cards");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        Card card = card(parser);
        if (cards.put(card.key(), card) != null) {
          throw new IllegalArgumentException("two cards have the key '" + card.key() + "'");
        }
      }
    }
    return Collections.unmodifiableMap(cards);
  }

  private static Card card(JsonParser parser) throws IOException {
    expect(parser, JsonToken.START_OBJECT, "a card");
    Map<String, String> texts = new HashMap<>();
    Integer authors = null;
    List<String> names = new ArrayList<>();
    List<Link> links = new ArrayList<>();
    List<Claim> claims = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "authors" -> {
          expect(parser, JsonToken.VALUE_NUMBER_INT, field);
          authors = parser.getIntValue();
        }
        case "authorNames" -> {
          expect(parser, JsonToken.START_ARRAY, field);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, JsonToken.VALUE_STRING, field);
            names.add(parser.getText());
          }
        }
        case "links" -> {
          expect(parser, JsonToken.START_ARRAY, field);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            Map<String, String> link = texts(parser, LINK_FIELDS, "a link");
            links.add(
                new Link(
                    required(link, "label", "a link"),
                    URI.create(required(link, "uri", "a link"))));
          }
        }
        case "claims" -> {
          expect(parser, JsonToken.START_ARRAY, field);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            Map<String, String> claim = texts(parser, CLAIM_FIELDS, "a claim");
            claims.add(
                new Claim(
                    required(claim, "text", "a claim"),
                    claim.get("figure"),
                    required(claim, "source", "a claim")));
          }
        }
        default -> {
          known(field, CARD_FIELDS, "a card");
          expect(parser, JsonToken.VALUE_STRING, field);
          texts.put(field, parser.getText());
        }
      }
    }
    String key = required(texts, "key", "a card");
    return new Card(
        key,
        required(texts, "title", key),
        authors,
        names,
        texts.get("organization"),
        LocalDate.parse(required(texts, "published", key)),
        links,
        required(texts, "summary", key),
        claims);
  }

  /** The fields of an object that holds texts only. */
  private static Map<String, String> texts(JsonParser parser, Set<String> known, String where)
      throws IOException {
    expect(parser, JsonToken.START_OBJECT, where);
    Map<String, String> texts = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      known(field, known, where);
      parser.nextToken();
      expect(parser, JsonToken.VALUE_STRING, field);
      texts.put(field, parser.getText());
    }
    return texts;
  }

  private static String required(Map<String, String> texts, String field, String where) {
    String text = texts.get(field);
    if (text == null) {
      throw new IllegalArgumentException(
          where + " has no field '" + field + "', only " + new TreeMap<>(texts));
    }
    return text;
  }

  private static void known(String field, Set<String> known, String where) {
    if (!known.contains(field)) {
      throw new IllegalArgumentException(
          "unknown field '" + field + "' in " + where + Suggestions.didYouMean(field, known));
    }
  }

  private static void expect(JsonParser parser, JsonToken token, String where) throws IOException {
    if (parser.currentToken() != token) {
      throw new IllegalArgumentException(
          String.format(
              "expected %s for %s, got '%s' (line %d)",
              token, where, parser.getText(), parser.currentLocation().getLineNr()));
    }
  }
}
