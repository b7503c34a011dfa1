package dev.melange.papers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CardsTest {
  private static final List<String> PAGE =
      List.of(
          "vit-ensemble-attack",
          "maxim",
          "ms-mlp",
          "raft-mlp",
          "ninformer",
          "tsmixer",
          "coordinate-aware-modulation",
          "final-mlp",
          "mixup-feature-learning",
          "sam-vit",
          "scaling-mlps",
          "metaformer",
          "decoupled-mixup",
          "strip-mlp",
          "adversarial-automixup",
          "timemixer",
          "mamba-mixer",
          "model-tuning-via-prompts",
          "mixup-neural-collapse",
          "semi-nmf",
          "magic-mix",
          "aioli",
          "dynamic-spectrum-mixer",
          "fresh",
          "adamixup",
          "hourglass-mlp",
          "convergent-learning",
          "hybrid-distillation",
          "hard-negative-mixing",
          "ff-g2m",
          "representation-biases",
          "rich-representations",
          "s-kan",
          "minimal-transformer",
          "shift-add-vit",
          "sphinx",
          "transcoders",
          "max-former",
          "adaptive-smoothing",
          "deconstructing-attention",
          "aff-net");

  @Test
  void listsEveryPaperOfThePageInItsOrder() {
    assertThat(Cards.keys()).containsExactlyElementsOf(PAGE);
    assertThat(Cards.all()).hasSize(41).extracting(Card::key).containsExactlyElementsOf(PAGE);
    assertThat(Cards.all()).extracting(Card::title).doesNotHaveDuplicates();
  }

  @Test
  void knowsItsFacts() {
    Card card = Cards.get("metaformer");
    assertThat(card.title()).isEqualTo("MetaFormer Is Actually What You Need for Vision");
    assertThat(card.published()).isEqualTo(LocalDate.of(2021, 11, 22));
    assertThat(card.year()).isEqualTo(2021);
    assertThat(card.byline()).isEqualTo("8 authors");
    assertThat(card.links())
        .contains(new Link("code", URI.create("https://github.com/sail-sg/poolformer")));
    assertThat(card.claims()).anyMatch(claim -> "82.1 %".equals(claim.figure()));
    Card hourglass = Cards.get("hourglass-mlp");
    assertThat(hourglass.authors()).isNull();
    assertThat(hourglass.byline()).isEqualTo("MediaTek Research");
  }

  @Test
  void totalsAreThoseOfThePage() {
    assertThat(Cards.all().stream().filter(card -> card.authors() != null))
        .hasSize(40)
        .extracting(Card::authors)
        .satisfies(
            counts -> assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(195));
    assertThat(Cards.all())
        .extracting(Card::published)
        .doesNotHaveDuplicates()
        .contains(LocalDate.of(2015, 11, 23), LocalDate.of(2025, 10, 13));
  }

  @Test
  void agreesWithTheFactsOfThePage() throws IOException {
    String data = System.getenv("MELANGE_DATA");
    assumeTrue(data != null, "MELANGE_DATA is not set");
    Path file =
        Stream.of("page/seed-facts.json", "papers/page/seed-facts.json")
            .flatMap(f -> Stream.of(Path.of(data).resolve(f), Path.of(data).resolveSibling(f)))
            .filter(Files::exists)
            .findFirst()
            .orElse(null);
    assumeTrue(file != null, "no page/seed-facts.json in or beside " + data);
    JsonNode facts = new ObjectMapper().readTree(Files.readAllBytes(file));
    assertThat(facts).hasSize(41);
    for (int i = 0; i < facts.size(); i++) {
      Card card = Cards.all().get(i);
      JsonNode fact = facts.get(i);
      assertThat(card.title()).isEqualTo(fact.get("title").asText());
      assertThat(card.published()).isEqualTo(LocalDate.parse(fact.get("date").asText()));
      assertThat(card.organization()).isEqualTo(fact.get("organization").asText(null));
      if (fact.get("authors").isNull()) {
        assertThat(card.authors()).isNull();
      } else {
        assertThat(card.authors()).isEqualTo(fact.get("authors").intValue());
      }
      JsonNode repository = fact.get("repository");
      if (!repository.isNull()) {
        assertThat(card.links())
            .as(card.key())
            .anyMatch(link -> link.uri().toString().startsWith(repository.asText()));
      }
    }
  }

  @Test
  void namesEachClaimAndLinkOnce() {
    for (Card card : Cards.all()) {
      assertThat(card.claims()).as(card.key()).isNotEmpty().doesNotHaveDuplicates();
      assertThat(card.links()).as(card.key()).extracting(Link::uri).doesNotHaveDuplicates();
      assertThat(card.summary().length()).as(card.key()).isLessThanOrEqualTo(300);
    }
    assertThat(new HashSet<>(Cards.all())).hasSize(41);
  }

  @Test
  void suggestsTheNearestKey() {
    assertThatThrownBy(() -> Cards.get("metaformr"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown paper 'metaformr'; did you mean 'metaformer'?");
  }

  @Test
  void refusesBrokenCards() throws IOException {
    String good =
        """
        {"key": "a-b", "title": "T", "authors": 2, "published": "2024-02-29",
         "links": [{"label": "code", "uri": "https://example.org/a"}],
         "summary": "S", "claims": [{"text": "C", "source": "abstract"}]}""";
    assertThat(read("[" + good + "]")).containsOnlyKeys("a-b");
    assertRefused("[" + good + "," + good + "]", "two cards have the key 'a-b'");
    assertRefused(
        "[" + good.replace("https:", "http:") + "]",
        "link 'code' is http://example.org/a, expected an https address");
    assertRefused(
        "[" + good.replace("\"summary\"", "\"sumary\"") + "]",
        "unknown field 'sumary' in a card; did you mean 'summary'?");
    assertRefused(
        "[" + good.replace("\"S\"", "7") + "]",
        "expected VALUE_STRING for summary, got '7' (line 3)");
    assertRefused(
        "[" + good.replace(", \"source\": \"abstract\"", "") + "]",
        "a claim has no field 'source'");
    assertRefused(good, "expected START_ARRAY for the cards");
    assertRefused("[" + good.replace("a-b", "A b") + "]", "card key is 'A b'");
    assertRefused("[" + good.replace("2,", "0,") + "]", "card a-b has 0 authors");
    assertRefused(
        "[" + good.replace("2,", "2, \"authorNames\": [\"One\"],") + "]",
        "card a-b has 2 authors but 1 names: [One]");
    assertRefused(
        "[" + good.replace("\"C\"", "\"" + "x".repeat(301) + "\"") + "]",
        "the text of a claim has 301 characters, expected 1 to 300");
    assertThatThrownBy(() -> read("[" + good.replace("02-29", "02-30") + "]"))
        .isInstanceOf(DateTimeParseException.class)
        .hasMessageContaining("2024-02-30");
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static Map<String, Card> read(String json) throws IOException {
    return Cards.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }
}
