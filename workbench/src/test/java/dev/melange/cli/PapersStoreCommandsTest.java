package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.ChildJvm;
import dev.melange.papers.Cards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands over the page's store, each in a process of its own with its own home. */
class PapersStoreCommandsTest {
  private record Ended(int code, String out, String err) {
    JsonNode json() throws IOException {
      assertThat(code).as(err).isZero();
      return new ObjectMapper().readTree(out);
    }
  }

  @TempDir private Path home;

  private Ended run(String... args) throws IOException, InterruptedException {
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(Main.class, args));
    builder.environment().put("MELANGE_HOME", home.toString());
    builder.environment().remove("MELANGE_DB");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void tagsShowsAndExportsPapers() throws Exception {
    JsonNode tagged = run("papers", "tag", "timemixer", "series", "to read", "--json").json();
    assertThat(tagged.get("tags")).hasToString("[\"series\",\"to read\"]");
    run("papers", "tag", "timemixer", "--remove", "to read", "--json").json();
    Ended unknown = run("papers", "tag", "timemixer", "--remove", "to read");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("has no tag 'to read'; it has series");
    assertThat(run("papers", "tag", "--json").json())
        .hasToString("[{\"name\":\"series\",\"papers\":1}]");

    JsonNode shown = run("papers", "show", "timemixer", "--json").json();
    assertThat(shown.get("key").asText()).isEqualTo("timemixer");
    assertThat(shown.get("tags")).hasToString("[\"series\"]");
    assertThat(shown.get("githubRepo").asText()).contains("TimeMixer");
    assertThat(run("papers", "show", "timemixer").out()).contains("published 2024-05-23", "series");

    Path table = home.resolve("papers.csv");
    JsonNode exported = run("papers", "export", table.toString(), "--json").json();
    assertThat(exported.get("papers").asInt()).isEqualTo(Cards.all().size());
    JsonNode again = run("papers", "import", table.toString(), "--json").json();
    assertThat(again.get(0).get("new").asInt()).isZero();
    assertThat(again.get(0).get("refused").asInt()).isZero();
    assertThat(again.get(0).get("same").asInt() + again.get(0).get("changed").asInt())
        .isEqualTo(Cards.all().size());
  }

  @Test
  void importsBibliographiesInTheirFormats() throws Exception {
    Path ris = home.resolve("library.ris");
    Files.writeString(ris, "TY  - JOUR\nTI  - Of Mixing\nPY  - 2020\nDO  - 10.1000/1\nER  - \n");
    JsonNode imported = run("papers", "import", ris.toString(), "--json").json();
    assertThat(imported.get(0).get("format").asText()).isEqualTo("ris");
    assertThat(imported.get(0).get("new").asInt()).isOne();
    assertThat(run("papers", "bib", "local:of-mixing").out())
        .contains("@misc{anonymous2020of,", "doi = {10.1000/1}");
    Ended forced = run("papers", "import", ris.toString(), "--format", "csl");
    assertThat(forced.code()).isEqualTo(2);
    assertThat(forced.err()).contains("the JSON cannot be read");
    Ended unknown = run("papers", "import", ris.toString(), "--format", "endnote");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no format 'endnote'; there are page, csv");
  }

  @Test
  void asksArxivForIdsThatAreNoFiles() {
    String query = "https://export.arxiv.org/api/query?id_list=2311.07575";
    assertThat(PapersImportCommand.address("2311.07575")).isEqualTo(query);
    assertThat(PapersImportCommand.address("arXiv:2311.07575v2")).isEqualTo(query);
    assertThat(PapersImportCommand.address("https://arxiv.org/abs/2311.07575")).isEqualTo(query);
    assertThat(PapersImportCommand.address("page.txt")).isEqualTo("page.txt");
    assertThat(PapersImportCommand.address("-")).isEqualTo("-");
    assertThat(PapersImportCommand.address(query)).isEqualTo(query);
    assertThat(PapersImportCommand.address(home.toString())).isEqualTo(home.toString());
  }

  @Test
  void measuresTheSearch() throws Exception {
    JsonNode judged = run("papers", "eval", "--json").json();
    assertThat(judged.get("queries").size()).isGreaterThanOrEqualTo(20);
    assertThat(judged.get("mean").get("hybrid").asDouble()).isBetween(0.5, 1.0);
    Ended nothing = run("papers", "eval", "--query", "mixing");
    assertThat(nothing.code()).isEqualTo(2);
    assertThat(nothing.err()).contains("no page with an order was imported");
    Path order = home.resolve("order.txt");
    Files.writeString(order, "timemixer\ntsmixer\nlocal:metaformer\n2201.02973\n");
    JsonNode rows =
        run("papers", "eval", "--query", "time series", "--truth", order.toString(), "--json")
            .json();
    assertThat(rows.get("papers").asInt()).isEqualTo(4);
    JsonNode hybrid = rows.get("rankings").get(3);
    assertThat(hybrid.get("ranking").asText()).isEqualTo("hybrid");
    assertThat(hybrid.get("spearman").asDouble()).isBetween(-1.0, 1.0);
  }
}
