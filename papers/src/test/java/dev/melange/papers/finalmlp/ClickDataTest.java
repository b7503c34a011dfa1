package dev.melange.papers.finalmlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClickDataTest {
  private static Table with(Table table, String column, List<String> cells) {
    List<List<String>> columns =
        table.columns().stream().map(c -> c.equals(column) ? cells : table.column(c)).toList();
    return Table.of(table.name(), table.columns(), columns);
  }

  @Test
  void cutsEveryRowIntoOnePart() {
    Table table = Clicks.table(200, 1);
    ClickData data = ClickData.of(table, ClickColumns.of("clicked"), 0.1, 0.2, 5);
    assertThat(data.test().size()).isEqualTo(40);
    assertThat(data.valid().size()).isEqualTo(16);
    assertThat(data.train().size()).isEqualTo(144);
    assertThat(data.positive()).isEqualTo("yes");
    assertThat(data.testRows()).doesNotHaveDuplicates().hasSize(40);
    List<String> clicked = table.column("clicked");
    for (int i = 0; i < 40; i++) {
      assertThat(data.test().labels().orElseThrow()[i])
          .isEqualTo(clicked.get(data.testRows()[i]).equals("yes") ? 1f : 0f);
    }
    assertThat(ClickData.of(table, ClickColumns.of("clicked"), 0.1, 0.2, 5).testRows())
        .containsExactly(data.testRows());
  }

  @Test
  void testsOnTheLatestRowsWhenGivenATime() {
    ClickColumns columns = new ClickColumns("clicked", null, List.of(), "day", null);
    ClickData data = ClickData.of(Clicks.table(200, 1), columns, 0.1, 0.2, 5);
    int[] latest = IntStream.range(160, 200).toArray();
    assertThat(data.testRows()).containsExactlyInAnyOrder(latest);
    assertThat(data.encoder().fields()).extracting(Field::name).doesNotContain("day", "clicked");
  }

  @Test
  void learnsVocabulariesOnTheTrainingRowsOnly() {
    Table table = Clicks.table(200, 1);
    String[] shops = table.column("shop").toArray(String[]::new);
    Arrays.fill(shops, 160, 200, "new shop");
    ClickColumns columns = new ClickColumns("clicked", null, List.of(), "day", null);
    ClickData data = ClickData.of(with(table, "shop", List.of(shops)), columns, 0.1, 0.2, 5);
    int oov = data.encoder().vocabulary("shop").oov();
    assertThat(data.encoder().vocabulary("shop").tokens()).doesNotContain("new shop");
    assertThat(data.test().indices("shop")).containsOnly(oov);
    assertThat(ClickReport.unknown(data.test(), "shop")).isEqualTo(1);
  }

  @Test
  void leavesOutAColumnWithOneValueAndSaysSo() {
    Table table = with(Clicks.table(200, 1), "noise", Collections.nCopies(200, "x"));
    ClickData data = ClickData.of(table, ClickColumns.of("clicked"), 0.1, 0.2, 5);
    assertThat(data.encoder().fields()).extracting(Field::name).doesNotContain("noise");
    assertThat(data.warnings())
        .singleElement()
        .asString()
        .startsWith("column 'noise' is always 'x'");
  }

  @Test
  void remarksAColumnThatOnlyNamesTheRows() {
    List<String> names = IntStream.range(0, 200).mapToObj(i -> "id" + i).toList();
    ClickData data =
        ClickData.of(
            with(Clicks.table(200, 1), "noise", names), ClickColumns.of("clicked"), 0.1, 0.2, 5);
    assertThat(data.warnings())
        .singleElement()
        .asString()
        .startsWith("column 'noise' has 144 different values in 144 training rows");
  }

  @Test
  void refusesOneClassOnly() {
    Table table = with(Clicks.table(50, 1), "clicked", Collections.nCopies(50, "no"));
    assertThatThrownBy(() -> ClickData.of(table, ClickColumns.of("clicked"), 0.1, 0.2, 5))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "clicks.csv, column 'clicked': all 50 labels are 'no'; training needs rows of both"
                + " classes");
  }

  @Test
  void refusesAPartWithoutBothClasses() {
    String[] labels = new String[50];
    Arrays.fill(labels, "no");
    labels[0] = "yes";
    ClickColumns columns = new ClickColumns("clicked", null, List.of(), "day", null);
    assertThatThrownBy(
            () ->
                ClickData.of(
                    with(Clicks.table(50, 1), "clicked", List.of(labels)), columns, 0.1, 0.2, 5))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "clicks.csv, column 'clicked': the validation part of 4 of 50 rows has only 'no' as"
                + " label; give more rows or other shares");
  }

  @Test
  void refusesTimesThatAreNone() {
    ClickColumns columns = new ClickColumns("clicked", null, List.of(), "shop", null);
    assertThatThrownBy(() -> ClickData.of(Clicks.table(50, 1), columns, 0.1, 0.2, 5))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column 'shop': 'shop ")
        .hasMessageContaining("is not a time");
  }

  @Test
  void refusesSharesThatAreNone() {
    assertThatThrownBy(
            () -> ClickData.of(Clicks.table(50, 1), ClickColumns.of("clicked"), 0.1, 1, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the test share lies between 0 and 1, got 1.0");
  }
}
