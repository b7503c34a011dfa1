package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTextTest {
  private static ParsedSource parse(String text) {
    return PageText.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String seed() throws IOException {
    return new String(Seed.text(), StandardCharsets.UTF_8);
  }

  private static List<Object> essence(PaperRecord record) {
    return Arrays.asList(
        record.title(),
        record.abstractText(),
        record.published(),
        record.authorCount(),
        record.organisation(),
        record.comments(),
        record.links());
  }

  private static List<List<Object>> essences(ParsedSource source) {
    return source.records().stream().map(PageTextTest::essence).toList();
  }

  /** T1, T5, T6, T7. */
  @Test
  void readsThePageOf41PapersAsItsFactsSay() throws IOException {
    ParsedSource source = PageText.parse(Seed.text());
    JsonNode facts = Seed.facts();
    assertThat(source.refusals()).isEmpty();
    assertThat(source.records()).hasSize(41).hasSize(facts.size());
    for (int i = 0; i < facts.size(); i++) {
      PaperRecord record = source.records().get(i);
      JsonNode fact = facts.get(i);
      String title = fact.get("title").asText();
      assertThat(record.title()).isEqualTo(title);
      assertThat(record.position()).as(title).isEqualTo(fact.get("position").asInt());
      assertThat(record.line()).as(title).isEqualTo(fact.get("line").asInt());
      assertThat(record.published()).as(title).isEqualTo(fact.get("date").asText());
      assertThat(number(record.authorCount())).as(title).isEqualTo(fact.get("authors").toString());
      assertThat(number(record.comments())).as(title).isEqualTo(fact.get("comments").toString());
      OrganisationName organisation = record.organisation();
      assertThat(text(organisation == null ? null : organisation.name()))
          .isEqualTo(fact.get("organization").toString());
      assertThat(text(organisation == null ? null : organisation.slug()))
          .isEqualTo(fact.get("organization_slug").toString());
      List<String> urls = new ArrayList<>();
      fact.get("urls").forEach(url -> urls.add(url.asText()));
      assertThat(record.links()).as(title).extracting(PaperLink::url).isEqualTo(urls);
      assertThat(text(record.repository())).as(title).isEqualTo(fact.get("repository").toString());
      String body = record.abstractText();
      assertThat(body).startsWith(fact.get("abstract_starts").asText());
      assertThat(body.split("\\s+")).hasSize(fact.get("abstract_words").asInt());
      assertThat(body.codePointCount(0, body.length()))
          .isEqualTo(fact.get("abstract_chars").asInt());
      assertThat(record.submitter()).isNull();
    }
    assertThat(source.records().stream().map(PaperRecord::title).distinct()).hasSize(41);
    assertThat(
            source.records().stream()
                .filter(record -> record.authorCount() != null)
                .mapToInt(PaperRecord::authorCount)
                .sum())
        .isEqualTo(195);
  }

  private static String number(Integer value) {
    return String.valueOf(value);
  }

  private static String text(String value) {
    return value == null ? "null" : '"' + value + '"';
  }

  /** T2. */
  @Test
  void readsTheSameFromOtherRenderings() throws IOException {
    String seed = seed();
    List<List<Object>> expected = essences(parse(seed));
    String body = seed.lines().skip(12).reduce((a, b) -> a + "\n" + b).orElseThrow();
    assertThat(essences(parse(seed.replace("\n", "\r\n")))).isEqualTo(expected);
    assertThat(essences(parse("\ufeff" + seed + "\n"))).isEqualTo(expected);
    assertThat(essences(parse(body))).isEqualTo(expected);
    assertThat(essences(parse("Some other page\n\nlogged in\n\n" + body))).isEqualTo(expected);
    assertThat(essences(parse(seed.replace("  \u2022 ", "\u00a0\u00a0\u2022\u2007"))))
        .isEqualTo(expected);
    assertThat(essences(parse(wrapped(seed)))).isEqualTo(expected);
  }

  private static String wrapped(String text) {
    StringBuilder out = new StringBuilder();
    int number = 0;
    for (String line : text.lines().toList()) {
      boolean isAbstract = ++number > 12 && (number - 13) % 8 == 2;
      out.append(isAbstract ? line.replaceAll("(.{1,80})(?: |$)", "$1\n") : line + "\n");
    }
    return out.toString();
  }

  /** T3. */
  @Test
  void givesWholeRecordsAndAtMostOneErrorForEveryPrefix() throws IOException {
    byte[] bytes = Seed.text();
    List<List<Object>> whole = essences(PageText.parse(bytes));
    int step = 41; // of the first 2,500 bytes each
    for (int end = 0; end < bytes.length; end += end < 2500 ? 1 : step) {
      ParsedSource source = PageText.parse(Arrays.copyOf(bytes, end));
      int records = source.records().size();
      assertThat(source.refusals()).as("prefix of %d bytes", end).hasSizeLessThanOrEqualTo(1);
      // The last may lack the number of comments that was cut off.
      int certain = Math.max(0, records - 1);
      assertThat(essences(source).subList(0, certain)).isEqualTo(whole.subList(0, certain));
      if (records > 0) {
        assertThat(source.records().get(records - 1).abstractText())
            .isEqualTo(whole.get(records - 1).get(1));
      }
    }
  }

  /** T4. */
  @Test
  void takesTheDayOfTheHeaderForNoPaper() throws IOException {
    String header = seed().lines().limit(12).reduce((a, b) -> a + "\n" + b).orElseThrow();
    ParsedSource source = parse(header);
    assertThat(source.records()).isEmpty();
    assertThat(source.refusals())
        .singleElement()
        .extracting(Refusal::reason)
        .asString()
        .startsWith("expected a date such as \"Aug 17, 2025\" after \"\u00b7\"");
  }

  /** T8. */
  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "th-TH-u-ca-buddhist-nu-thai", "ar-EG"})
  void readsTheSameUnderOtherLocales(String tag) throws IOException {
    Locale before = Locale.getDefault();
    List<List<Object>> expected = essences(PageText.parse(Seed.text()));
    try {
      Locale.setDefault(Locale.forLanguageTag(tag));
      assertThat(essences(PageText.parse(Seed.text()))).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** T9. */
  @Test
  void storesNoHalfRecordWhateverIsEdited() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> lines = seed().lines().toList();
    for (int round = 0; round < 300; round++) {
      List<String> edited = new ArrayList<>(lines);
      for (int edits = random.nextInt(6); edits >= 0; edits--) {
        int at = random.nextInt(edited.size());
        switch (random.nextInt(5)) {
          case 0 -> edited.remove(at);
          case 1 -> edited.add(at, edited.get(random.nextInt(edited.size())));
          case 2 -> edited.set(at, "");
          case 3 -> edited.set(at, edited.get(at) + "\u00b7");
          default -> edited.set(at, "Feb 30, 2023");
        }
      }
      for (PaperRecord record : parse(String.join("\n", edited)).records()) {
        assertThat(record.title()).isNotBlank();
        assertThat(record.abstractText()).isNotBlank();
        assertThat(record.authorCount() == null).isEqualTo(record.organisation() != null);
      }
    }
  }

  @Test
  void refusesOnlyWhatIsNoRecord() {
    ParsedSource source =
        parse(
            paper("First", "Feb 30, 2023")
                + paper("Second", "Feb 28, 2023 7")
                + paper("Third", "28 Feb 2023"));
    assertThat(source.records()).extracting(PaperRecord::title).containsExactly("Second");
    assertThat(source.records().get(0).published()).isEqualTo(LocalDate.of(2023, 2, 28));
    assertThat(source.records().get(0).comments()).isEqualTo(7);
    assertThat(source.refusals())
        .extracting(Refusal::toString)
        .containsExactly(
            "line 9: there is no day \"Feb 30, 2023\"",
            "line 27: expected a date such as \"Aug 17, 2025\" after \"\u00b7\", got \"28 Feb"
                + " 2023\"");
  }

  private static String paper(String title, String date) {
    return title + "\n\nAbout it.\n\nsomebody \u2022 4 authors\n\n\u00b7\n\n" + date + "\n";
  }

  @Test
  void namesTheByteThatIsNotUtf8() {
    byte[] good = paper("First", "Feb 28, 2023").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(good, good.length + 1);
    bytes[good.length] = (byte) 0xff;
    ParsedSource source = PageText.parse(bytes);
    assertThat(source.records()).hasSize(1);
    assertThat(source.refusals())
        .singleElement()
        .extracting(Refusal::reason)
        .isEqualTo("byte " + good.length + " is not UTF-8; nothing after it was read");
  }

  @Test
  void refusesSizesNoPageHas() {
    assertThatThrownBy(() -> PageText.parse(new byte[(20 << 20) + 1]))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("20,971,520");
    assertThatThrownBy(() -> parse("x".repeat(200_001)))
        .hasMessage("line 1 has 200,001 characters, at most 200,000 are accepted");
    String many =
        IntStream.range(0, 50_001)
            .mapToObj(i -> paper("P" + i, "Feb 28, 2023"))
            .collect(java.util.stream.Collectors.joining());
    assertThatThrownBy(() -> parse(many)).hasMessageContaining("50,000 records");
  }
}
