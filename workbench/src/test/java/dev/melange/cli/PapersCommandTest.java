package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import org.junit.jupiter.api.Test;

class PapersCommandTest {
  private final TestConsole console = new TestConsole();

  @Test
  void listsEveryPaper() {
    assertThat(console.run("papers")).isZero();
    assertThat(console.out()).hasLineCount(Cards.all().size() + 1);
    assertThat(console.out()).contains("metaformer", Cards.get("metaformer").title());
    assertThat(console.err()).startsWith(Cards.all().size() + " papers;");
  }

  @Test
  void findsThePapersThatContainAllWords() throws Exception {
    assertThat(console.run("papers", "MetaFormer", "pooling", "--json")).isZero();
    JsonNode found = new ObjectMapper().readTree(console.out());
    assertThat(found.findValuesAsText("key")).contains("metaformer");
    assertThat(found.size()).isLessThan(Cards.all().size());
    assertThat(console.err()).isEmpty();
  }

  @Test
  void saysSoWhenNothingMatches() throws Exception {
    assertThat(console.run("papers", "zzyzx")).isZero();
    assertThat(console.out()).isEmpty();
    assertThat(console.err()).isEqualTo("no paper contains zzyzx\n");
    assertThat(console.run("papers", "zzyzx", "--json")).isZero();
    assertThat(new ObjectMapper().readTree(console.out())).isEmpty();
  }

  @Test
  void showsACard() throws Exception {
    Card card = Cards.get("timemixer");
    assertThat(console.run("show", "timemixer")).isZero();
    assertThat(console.out()).startsWith(card.title()).contains(card.published().toString());
    assertThat(console.out().replaceAll("\\s+", " "))
        .contains(card.summary(), card.claims().get(0).text());
    assertThat(console.run("show", "timemixer", "--json")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("title").asText()).isEqualTo(card.title());
    assertThat(json.get("claims")).hasSize(card.claims().size());
  }

  @Test
  void suggestsThePaperThatWasMeant() {
    assertThat(console.run("show", "metafomer")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo("error: unknown paper 'metafomer'; did you mean 'metaformer'?\n");
  }
}
