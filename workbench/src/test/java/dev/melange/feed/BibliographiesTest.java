package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BibliographiesTest {
  private static final String RIS =
      """
      TY  - JOUR
      TI  - Mixing of 50% & more
      AU  - Byron, Ada
      AU  - Babbage, Charles, Jr.
      PY  - 2023
      DA  - 2023/11/13/
      AB  - First line
        and second.

      DO  - 10.1000/1
      T2  - Some Journal
      UR  - https://github.com/some/code
      ER  -

      TY  - UNPB
      T1  - Only on arXiv
      A1  - Ada Byron
      Y1  - 2021/nov//
      UR  - http://arxiv.org/abs/2311.07575
      JO  - arXiv:2311.07575 [cs]
      ER  -
      """;

  private static final String CSL =
      """
      [{"id": "a", "type": "article-journal", "title": "Mixing of <i>50%</i> &amp; more",
        "author": [{"family": "Byron", "given": "Ada"}, {"literal": "Some Group"},
          {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}],
        "issued": {"date-parts": [["2023", 11, 13]]}, "abstract": "First\\nand second.",
        "DOI": "10.1000/1", "container-title": "Some Journal", "URL": "https://github.com/some/code"},
       {"id": "b", "type": "article", "title": "Only on arXiv", "number": "arXiv:2311.07575",
        "publisher": "arXiv", "issued": {"raw": "2023-11"}}]
      """;

  private static ParsedSource parse(String text) {
    return Formats.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsRis(boolean windows) {
    ParsedSource source = parse(windows ? "\ufeff" + RIS.replace("\n", "\r\n") : RIS);
    assertThat(source.kind()).isEqualTo(SourceKind.RIS);
    assertThat(source.refusals()).isEmpty();
    PaperRecord first = source.records().get(0);
    assertThat(first.title()).isEqualTo("Mixing of 50% & more");
    assertThat(first.line()).isEqualTo(2);
    assertThat(first.authors()).containsExactly("Ada Byron", "Charles Babbage Jr.");
    assertThat(first.published()).isEqualTo(LocalDate.of(2023, 11, 13));
    assertThat(first.abstractText()).isEqualTo("First line and second.");
    assertThat(first.doi()).isEqualTo("10.1000/1");
    assertThat(first.venue()).isEqualTo("Some Journal");
    assertThat(first.repository()).isEqualTo("https://github.com/some/code");
    assertThat(first.raw()).startsWith("TY  - JOUR\n").endsWith("ER  -\n");
    PaperRecord second = source.records().get(1);
    assertThat(second.arxivId()).isEqualTo("2311.07575");
    assertThat(second.published()).isEqualTo(LocalDate.of(2021, 11, 1));
    assertThat(second.venue()).isNull();
    assertThat(second.links()).isEmpty();
  }

  @Test
  void refusesEntriesOfRisThatAreNotWhole() {
    ParsedSource source =
        parse(
            """
            TY  - JOUR
            TI  - Not ended
            PY  - 2020
            TY  - JOUR
            TI  - No year
            ER  -
            stray
            TY  - JOUR
            TI  - No such day
            DA  - 2023/02/30
            ER  -
            TY  - JOUR
            PY  - 2023
            ER  -
            TY  - JOUR
            TI  - Whole
            PY  - 2023
            ER  -
            TY  - JOUR
            TI  - At the end
            """);
    assertThat(source.records())
        .extracting(PaperRecord::title, PaperRecord::position)
        .containsExactly(tuple("Whole", 5));
    assertThat(source.refusals())
        .extracting(Refusal::toString)
        .containsExactly(
            "line 1: the entry does not end; expected a line \"ER  - \"",
            "line 4: its year is 'null', expected four digits",
            "line 7: expected a line \"TY  - JOUR\", got \"stray\"",
            "line 8: its date '2023/02/30' does not exist",
            "line 12: the entry has no title",
            "line 19: the entry does not end; expected a line \"ER  - \"");
  }

  @Test
  void readsCslJson() {
    ParsedSource source = parse(CSL);
    assertThat(source.kind()).isEqualTo(SourceKind.CSL_JSON);
    assertThat(source.refusals()).isEmpty();
    PaperRecord first = source.records().get(0);
    assertThat(first.title()).isEqualTo("Mixing of 50% &amp; more");
    assertThat(first.authors()).containsExactly("Ada Byron", "Some Group", "Ludwig van Beethoven");
    assertThat(first.published()).isEqualTo(LocalDate.of(2023, 11, 13));
    assertThat(first.abstractText()).isEqualTo("First and second.");
    assertThat(first.venue()).isEqualTo("Some Journal");
    assertThat(first.repository()).isEqualTo("https://github.com/some/code");
    PaperRecord second = source.records().get(1);
    assertThat(second.arxivId()).isEqualTo("2311.07575");
    assertThat(second.published()).isEqualTo(LocalDate.of(2023, 11, 1));
    assertThat(second.doi()).isNull();
  }

  @Test
  void readsItemsThatAreWrappedOrAlone() {
    String item =
        "{\"type\": \"article\", \"title\": \"One\", \"issued\": {\"literal\": \"2020\"}}";
    for (String text : List.of(item, "{\"items\": [" + item + "]}", "[" + item + "]")) {
      ParsedSource source = parse(text);
      assertThat(source.kind()).isEqualTo(SourceKind.CSL_JSON);
      assertThat(source.records()).extracting(PaperRecord::title).containsExactly("One");
    }
  }

  @Test
  void refusesItemsOfCslJsonThatAreNoPapers() {
    ParsedSource source =
        parse(
            """
            [{"type": "article", "title": "No date"}, 7, {"title": []},
             {"type": "article", "title": "No such month", "issued": {"date-parts": [[2020, 13]]}},
             {"type": "article", "title": "Parts", "issued": {"date-parts": [[2020, {}, []]]}},
             {"type": "article", "title": "Nul \\u0000", "issued": {"date-parts": [[2020]]}}]
            """);
    assertThat(source.records()).isEmpty();
    assertThat(source.refusals())
        .extracting(Refusal::toString)
        .containsExactly(
            "line 1: its year is '', expected four digits",
            "line 2: the item has no title",
            "line 3: the item has no title",
            "line 4: its date '2020-13-1' does not exist",
            "line 5: its month is '', expected a name or a number",
            "line 6: it has the control character U+0000");
  }

  @Test
  void refusesWhatNoStoreHolds() {
    String entry = "TY  - JOUR\nTI  - One\nPY  - 2020\n%s\nER  -\n";
    assertThat(parse(entry.formatted("DO  - " + "1".repeat(301))).refusals().get(0).reason())
        .isEqualTo("its DOI has 301 characters, at most 300 are accepted");
    assertThat(parse(entry.formatted("XX  - " + "1".repeat(1_000_000))).refusals().get(0).reason())
        .startsWith("its source has 1,000,0");
    assertThat(parse(entry.formatted("AB  - " + "x\n".repeat(200_000))).refusals().get(0).reason())
        .isEqualTo("its abstract has 399,999 characters, at most 200,000 are accepted");
    assertThat(parse(entry.formatted("JO  - " + "x".repeat(1001))).refusals()).hasSize(1);
    assertThat(parse(entry.replace("2020", "0999").formatted("")).refusals().get(0).reason())
        .isEqualTo("its year is 999");
    assertThatThrownBy(() -> Ris.parse(new byte[(20 << 20) + 1]))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("20,971,520");
    assertThatThrownBy(() -> CslJson.parse(new byte[(20 << 20) + 1]))
        .isInstanceOf(ImportException.class);
    assertThatThrownBy(() -> parse("[{\"type\": \"article\", \"x\": " + "[".repeat(10_000)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("100");
  }

  /** Names and places of blanks take no longer than others. */
  @Test
  void readsLongRunsOfBlanks() {
    String blanks = " ".repeat(150_000);
    ParsedSource source =
        parse(
            "TY  - JOUR\nTI  - One\nPY  - 2020\nAU  - a%1$sb%1$sc\nN1  - x%1$sy\nER  -\n"
                .formatted(blanks));
    assertThat(source.records().get(0).authors()).containsExactly("a b c");
  }

  /** Part of T9: whatever is edited, there are whole records, reasons, or one clear refusal. */
  @ParameterizedTest
  @ValueSource(strings = {RIS, CSL})
  void readsNoHalfRecordWhateverIsEdited(String original) {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] bytes = original.getBytes(StandardCharsets.UTF_8);
    String lines = "TY  - \nER  - \nDA  - 2023//\nPY  - x\n[[[\n{\"title\":\n\\u0000\",\nAU  - ,";
    int whole = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] edited = edited(bytes, lines.split("\n", -1), random);
      ParsedSource source;
      try {
        source = Formats.parse(edited, original.equals(RIS) ? SourceKind.RIS : SourceKind.CSL_JSON);
      } catch (ImportException e) {
        assertThat(e).message().isNotBlank();
        continue;
      }
      for (PaperRecord record : source.records()) {
        assertThat(record.title()).isNotBlank().doesNotContain("\0");
        assertThat(record.published().getYear()).isBetween(1000, 9999);
        assertThat(record.authors()).noneMatch(String::isBlank);
        whole++;
      }
      assertThat(source.refusals()).allMatch(refusal -> !refusal.reason().isBlank());
    }
    assertThat(whole).isPositive();
  }

  private static byte[] edited(byte[] bytes, String[] lines, Random random) {
    List<Byte> edited = new ArrayList<>();
    for (byte b : bytes) {
      edited.add(b);
    }
    for (int edits = random.nextInt(5); edits >= 0; edits--) {
      int at = random.nextInt(edited.size());
      switch (random.nextInt(4)) {
        case 0 -> edited.set(at, (byte) random.nextInt(256));
        case 1 -> edited.subList(at, Math.min(edited.size(), at + random.nextInt(30))).clear();
        case 2 -> edited.subList(at, edited.size()).clear();
        default -> {
          byte[] line = lines[random.nextInt(lines.length)].getBytes(StandardCharsets.UTF_8);
          for (int i = 0; i < line.length; i++) {
            edited.add(at + i, line[i]);
          }
        }
      }
      if (edited.isEmpty()) {
        edited.add((byte) ' ');
      }
    }
    byte[] out = new byte[edited.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = edited.get(i);
    }
    return out;
  }
}
