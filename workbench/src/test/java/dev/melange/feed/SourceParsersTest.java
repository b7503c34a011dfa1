package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceParsersTest {
  private static final String FEED =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:arx="http://arxiv.org/schemas/atom">
        <a:entry>
          <a:id>http://arxiv.org/abs/2311.07575v1</a:id>
          <a:published>2023-11-13T18:59:59Z</a:published>
          <a:title>A Title
            on two lines</a:title>
          <a:summary>  First line
            and second, see https://github.com/some/code.
          </a:summary>
          <a:author><a:name>Ada Byron</a:name></a:author>
          <a:author><a:name>Charles Babbage</a:name></a:author>
          <arx:primary_category term="cs.CV"/>
          <a:category term="cs.CV"/><a:category term="cs.LG"/>
          <arx:doi>10.1000/1</arx:doi>
        </a:entry>
        <a:entry>
          <a:id>http://arxiv.org/abs/2313.00001v1</a:id><a:title>No month has this number</a:title>
          <a:published>2023-11-13T18:59:59Z</a:published>
        </a:entry>
      </a:feed>
      """;

  private static ParsedSource parse(String text) {
    return Formats.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsAtomOfArxivByNamespace() {
    ParsedSource source = parse(FEED);
    assertThat(source.kind()).isEqualTo(SourceKind.ARXIV);
    PaperRecord paper = source.records().get(0);
    assertThat(paper.title()).isEqualTo("A Title on two lines");
    assertThat(paper.abstractText())
        .isEqualTo("First line and second, see https://github.com/some/code.");
    assertThat(paper.arxivId()).isEqualTo("2311.07575");
    assertThat(paper.arxivVersion()).isEqualTo(1);
    assertThat(paper.authors()).containsExactly("Ada Byron", "Charles Babbage");
    assertThat(paper.published()).isEqualTo(LocalDate.of(2023, 11, 13));
    assertThat(paper.repository()).isEqualTo("https://github.com/some/code");
    assertThat(paper.categories()).containsExactly("cs.CV", "cs.LG");
    assertThat(paper.primaryCategory()).isEqualTo("cs.CV");
    assertThat(source.refusals())
        .extracting(Refusal::reason)
        .containsExactly("its id is 'http://arxiv.org/abs/2313.00001v1', expected an arXiv id");
  }

  /** Part of T48. */
  @Test
  void raisesTheErrorsThatArxivSendsAsFeeds() {
    String error =
        """
        <feed xmlns="http://www.w3.org/2005/Atom"><entry>
          <id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id>
          <title>Error</title><summary>incorrect id format for x</summary>
        </entry></feed>
        """;
    assertThatThrownBy(() -> parse(error))
        .isInstanceOf(ImportException.class)
        .hasMessage("arXiv answers: incorrect id format for x");
    assertThat(parse("<feed xmlns=\"http://www.w3.org/2005/Atom\"/>").records()).isEmpty();
  }

  /** T31. */
  @Test
  void refusesXmlThatIsDangerous() {
    String laughs =
        "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><feed"
            + " xmlns=\"http://www.w3.org/2005/Atom\">&b;</feed>";
    assertThatThrownBy(() -> parse(laughs)).hasMessageContaining("document type");
    String external =
        "<!DOCTYPE l SYSTEM \"file:///etc/passwd\"><feed xmlns=\"http://www.w3.org/2005/Atom\"/>";
    assertThatThrownBy(() -> parse(external)).hasMessageContaining("document type");
    String deep = "<a>".repeat(101) + "</a>".repeat(101);
    assertThatThrownBy(() -> parse(deep)).hasMessageContaining("deeper than 100");
    assertThatThrownBy(() -> parse("<feed>")).hasMessageContaining("not well-formed");
  }

  @Test
  void readsAnnouncementFeeds() {
    ParsedSource source =
        parse(
            """
            <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
                xmlns:arxiv="http://arxiv.org/schemas/atom"><channel>
              <pubDate>Mon, 13 Nov 2023 00:00:00 -0500</pubDate>
              <item><title>New one</title><guid>oai:arXiv.org:2311.07575v1</guid>
                <description>arXiv:2311.07575v1 Announce Type: new
                  Abstract: About it.</description>
                <dc:creator>Ada Byron, Charles Babbage</dc:creator>
                <category>cs.CV</category><arxiv:announce_type>new</arxiv:announce_type></item>
              <item><title>New one</title><guid>oai:arXiv.org:2311.07575v1</guid>
                <arxiv:announce_type>cross</arxiv:announce_type></item>
              <item><title>Old one</title><guid>oai:arXiv.org:2001.00001v7</guid>
                <arxiv:announce_type>replace</arxiv:announce_type></item>
            </channel></rss>
            """);
    assertThat(source.kind()).isEqualTo(SourceKind.RSS);
    assertThat(source.refusals()).isEmpty();
    assertThat(source.records()).hasSize(2);
    assertThat(source.records().get(0).abstractText()).isEqualTo("About it.");
    assertThat(source.records().get(0).authors()).hasSize(2);
    assertThat(source.records().get(1).published()).isEqualTo(LocalDate.of(2020, 1, 1));
  }

  @Test
  void readsDailyPapersWithAndWithoutWrappers() {
    ParsedSource source =
        parse(
            """
            [{"paper": {"id": "2311.07575", "title": "SPHINX", "summary": "About\\nit.",
                "publishedAt": "2023-11-13T18:59:47.000Z", "upvotes": 12, "githubStars": 3,
                "authors": [{"_id": "x", "name": "Ada Byron", "hidden": false}],
                "githubRepo": "https://github.com/some/code",
                "organization": {"name": "some-org", "fullname": "Some Org"}},
              "publishedAt": "2023-11-14T00:30:00.000Z", "numComments": 4,
              "submittedBy": {"name": "reader1"}, "unknown": {"x": [1]}},
             {"id": "2311.07576", "title": "Bare", "publishedAt": "2023-11-13T00:00:00.000Z"},
             {"id": "2311.07577"},
             {"title": "Nothing else"}]
            """);
    assertThat(source.kind()).isEqualTo(SourceKind.DAILY_JSON);
    assertThat(source.records()).hasSize(2);
    PaperRecord first = source.records().get(0);
    assertThat(first.abstractText()).isEqualTo("About it.");
    assertThat(first.listedAt()).isEqualTo(Instant.parse("2023-11-14T00:30:00Z"));
    assertThat(first.submitter()).isEqualTo("reader1");
    assertThat(first.votes()).isEqualTo(12);
    assertThat(first.comments()).isEqualTo(4);
    assertThat(first.organisation()).isEqualTo(new OrganisationName("some-org", "Some Org"));
    assertThat(first.raw()).contains("\"unknown\":{\"x\":[1]}");
    assertThat(source.refusals())
        .extracting(Refusal::line, Refusal::reason)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(3, "2311.07577 has no title"),
            org.assertj.core.groups.Tuple.tuple(4, "its id is 'null', expected an arXiv id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1,", "{\"a\": 1}", "[] []", "{"})
  void refusesJsonThatIsNoListOfPapers(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(ImportException.class);
  }

  @Test
  void refusesJsonNestedTenThousandDeep() {
    assertThatThrownBy(() -> parse("[".repeat(10_000) + "]".repeat(10_000)))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("100");
  }

  @Test
  void readsBibliographies() {
    ParsedSource source =
        parse(
            """
            % Exported
            @misc{a1, title = {A {CNN} for \\"{u}mlauts \\& more}, year = 2023, month = nov,
              author = {Byron, Ada and Charles Babbage}, eprint = {2311.07575},
              archivePrefix = "arXiv", abstract = "About " # "it." }
            @comment{not {one}}
            @article{b, title = {No year}}
            @article{c, title = {Unclosed
            @inproceedings{d, title = "Last", year = {2021}, booktitle = {Some Conference}}
            """);
    assertThat(source.kind()).isEqualTo(SourceKind.BIBTEX);
    assertThat(source.records()).extracting(PaperRecord::title).contains("Last");
    PaperRecord first = source.records().get(0);
    assertThat(first.title()).isEqualTo("A CNN for \u00fcmlauts & more");
    assertThat(first.authors()).containsExactly("Ada Byron", "Charles Babbage");
    assertThat(first.published()).isEqualTo(LocalDate.of(2023, 11, 1));
    assertThat(first.arxivId()).isEqualTo("2311.07575");
    assertThat(first.abstractText()).isEqualTo("About it.");
    assertThat(source.refusals())
        .extracting(Refusal::toString)
        .contains("line 6: its year is 'null', expected four digits")
        .anyMatch(refusal -> refusal.startsWith("line 7: "));
  }

  /** T50. */
  @Test
  void readsTheBibtexItWrites() throws IOException {
    List<PaperRecord> papers = PageText.parse(Seed.text()).records();
    StringBuilder bibliography = new StringBuilder();
    for (PaperRecord paper : papers) {
      bibliography.append(
          Bibtex.write(
              new Bibtex.Entry(
                  paper.title(), List.of(), paper.published(), null, null, null, null, null)));
    }
    ParsedSource source = parse(bibliography.toString());
    assertThat(source.kind()).isEqualTo(SourceKind.BIBTEX);
    assertThat(source.refusals()).isEmpty();
    assertThat(source.records())
        .extracting(PaperRecord::title)
        .containsExactlyElementsOf(papers.stream().map(PaperRecord::title).toList());
    assertThat(source.records()).allMatch(record -> record.authorCount() == null);
  }

  @Test
  void keepsEverySignInBibtex() {
    String title = "50% & $x_1^2$ {of} #1 \\ ~ end";
    String written =
        Bibtex.write(
            new Bibtex.Entry(
                title,
                List.of("Ada Byron"),
                LocalDate.of(2023, 1, 1),
                "2301.00001",
                "cs.LG",
                "https://arxiv.org/abs/2301.00001",
                null,
                null));
    PaperRecord read = parse(written).records().get(0);
    assertThat(read.title()).isEqualTo(title);
    assertThat(read.arxivId()).isEqualTo("2301.00001");
    assertThat(written).startsWith("@misc{byron202350,");
  }

  @Test
  void writesKeysOnceAndTellsWherePapersWerePublished() {
    Bibtex.Entry one =
        new Bibtex.Entry(
            "Mixing",
            List.of("Ada Byron"),
            LocalDate.of(2023, 11, 13),
            null,
            null,
            null,
            "10.1000/1",
            "Journal of Mixing");
    String written = Bibtex.write(Collections.nCopies(28, one));
    assertThat(written)
        .contains("@article{byron2023mixing,", "@article{byron2023mixinga,")
        .contains("@article{byron2023mixingz,", "@article{byron2023mixingaa,")
        .contains("journal = {Journal of Mixing}", "doi = {10.1000/1}");
    PaperRecord read = parse(written).records().get(27);
    assertThat(read.published()).isEqualTo(LocalDate.of(2023, 11, 1));
    assertThat(read.venue()).isEqualTo("Journal of Mixing");
    assertThat(read.doi()).isEqualTo("10.1000/1");
  }

  @Test
  void readsTables() {
    ParsedSource source =
        parse(
            """
            Title;Date;Authors;arXiv;Abstract
            "One; two";2023-11-13;Ada Byron; 2311.07575 ;About it
            Three;13.11.2023;;;
            Four;2021;;;
            Five;2021-02-29;;;
            """);
    assertThat(source.kind()).isEqualTo(SourceKind.CSV);
    assertThat(source.records()).extracting(PaperRecord::title).containsExactly("One; two", "Four");
    assertThat(source.records().get(0).arxivId()).isEqualTo("2311.07575");
    assertThat(source.refusals())
        .extracting(Refusal::toString)
        .containsExactly(
            "line 3: its date is '13.11.2023', expected the form 2025-08-17 or a year",
            "line 5: its date '2021-02-29' does not exist");
    assertThatThrownBy(() -> parse("title,author\na,b\n"))
        .hasMessage("the table needs the columns title and date, got [title, author]");
  }
}
