package dev.melange.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
  private static Table sample() {
    return Table.titled("Digits")
        .text("model")
        .number("acc", "%.1f", Table.Best.HIGHEST)
        .number("loss", "%.2f", Table.Best.LOWEST)
        .row("pool", new Table.PlusMinus(97.21, 0.3), 0.5)
        .row("mix", 97.24, Double.NaN)
        .row(null, null, 0.75)
        .build();
  }

  @Test
  void terminalTableAlignsNumbersRightAndMarksTheBest() {
    assertThat(sample().toText(Table.Style.UNICODE))
        .isEqualTo(
            """
            Digits
            ┌───────┬──────────────┬────────┐
            │ model │          acc │   loss │
            ├───────┼──────────────┼────────┤
            │ pool  │ 97.2 ± 0.3 * │ 0.50 * │
            │ mix   │       97.2 * │    –   │
            │       │              │ 0.75   │
            └───────┴──────────────┴────────┘
            """);
    assertThat(sample().toText(Table.Style.ASCII))
        .matches("[\\x20-\\x7E\\n]*")
        .contains("+- 0.3 *");
  }

  @Test
  void emptyAndVeryWideTablesAreRendered() {
    assertThat(Table.titled("none").text("a").build().toText(Table.Style.UNICODE))
        .contains("│ a │");
    assertThat(Table.titled("nothing").build().toText(Table.Style.ASCII)).isEqualTo("nothing\n");
    String wide = Table.titled("").text("a").row("x".repeat(500)).build().toText(Table.Style.ASCII);
    assertThat(wide.lines().mapToInt(String::length).max().orElseThrow()).isLessThan(80);
    assertThat(wide.chars().filter(c -> c == 'x').count()).isEqualTo(500);
  }

  @Test
  void terminalCellsCannotMoveTheCursor() {
    String text =
        Table.titled("t\u001b[2J")
            .text("a\r")
            .row("x\n\u001b[1Ay")
            .build()
            .toText(Table.Style.UNICODE);
    assertThat(text.replace("\n", "")).doesNotMatch(".*\\p{Cntrl}.*").contains("x [1Ay");
  }

  @Test
  void htmlEscapesAndMarks() {
    String html =
        Table.titled("<b>")
            .text("<i>")
            .number("n", "%d", Table.Best.HIGHEST)
            .row("</td><script>", 1)
            .row("'\"&", 2)
            .build()
            .toHtml();
    assertThat(html)
        .contains("&lt;b&gt;", "&lt;i&gt;", "&lt;/td&gt;&lt;script&gt;", "&#39;&quot;&amp;")
        .contains("<strong title=\"best\">2</strong>")
        .doesNotContain("<script", "<b>", "<i>");
  }

  @Test
  void csvReadsBackInFullPrecision() throws Exception {
    Table table =
        Table.titled("t")
            .text("name, quoted")
            .number("v", "%.1f")
            .row("a\"b\nc", 1.0 / 3)
            .row(null, new Table.PlusMinus(2, 0.25))
            .build();
    try (var reader = CsvReader.builder().ofCsvRecord(table.toCsv())) {
      var records = reader.stream().map(r -> r.getFields()).toList();
      assertThat(records.get(0)).containsExactly("name, quoted", "v", "v ±");
      assertThat(records.get(1)).containsExactly("a\"b\nc", Double.toString(1.0 / 3), "");
      assertThat(records.get(2)).containsExactly("", "2.0", "0.25");
    }
  }

  @Test
  void jsonHasNumbersAndNullForNaN(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("table.json");
    sample().save(file);
    var rows = new ObjectMapper().readTree(Files.readString(file)).get("rows");
    assertThat(rows.get(0).get("acc").get("spread").asDouble()).isEqualTo(0.3);
    assertThat(rows.get(1).get("loss").isNull()).isTrue();
    assertThat(rows.get(2).get("model").isNull()).isTrue();
    assertThat(rows.get(2).get("loss").asDouble()).isEqualTo(0.75);
  }

  @Test
  void refusesWrongRowsFormatsAndFiles(@TempDir Path folder) {
    assertThatThrownBy(() -> Table.titled("t").text("a").row(1, 2).build())
        .hasMessageContaining("has 1 columns, row 0 has 2 cells");
    assertThatThrownBy(() -> Table.titled("t").number("n", "%d").row(1.5).build())
        .hasMessageContaining("format %d does not suit Double 1.5");
    assertThatThrownBy(() -> Table.titled("t").text("a").text("a").build())
        .hasMessageContaining("two columns of one name");
    assertThatThrownBy(() -> sample().save(folder.resolve("t.xls")))
        .hasMessageContaining(".csv, .json or .txt");
  }
}
