package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import dev.melange.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TabularBatchesTest {
  private static EncodedTable table(int rows) {
    List<String> colour = IntStream.range(0, rows).mapToObj(i -> "c" + i % 3).toList();
    List<String> size = IntStream.range(0, rows).mapToObj(i -> String.valueOf(i)).toList();
    List<String> tags = IntStream.range(0, rows).mapToObj(i -> i % 2 == 0 ? "a b" : "b").toList();
    List<String> shop = IntStream.range(0, rows).mapToObj(i -> "s" + i).toList();
    List<String> label = IntStream.range(0, rows).mapToObj(i -> String.valueOf(i % 2)).toList();
    Table table =
        Table.of(
            "rows",
            List.of("colour", "size", "tags", "shop", "label"),
            List.of(colour, size, tags, shop, label));
    Encoder encoder =
        Encoder.fit(
            table,
            List.of(
                Field.categorical("colour", 1),
                Field.numeric("size"),
                Field.sequence("tags", " ", 1),
                Field.categorical("shop", 1)));
    return encoder.encode(table, "label", null);
  }

  private static List<String> ids(Minibatches data, int epoch, int first) {
    List<String> ids = new ArrayList<>();
    Scope.run(
        () -> {
          try (Minibatches.Epoch batches = data.epoch(epoch, first)) {
            while (batches.hasNext()) {
              TensorBatch batch = batches.next();
              IntStream.range(0, batch.size()).mapToObj(batch::id).forEach(ids::add);
            }
          }
        });
    return ids;
  }

  @Test
  void gathersEveryColumnOfARow() {
    EncodedTable table = table(10);
    TabularBatches data = TabularBatches.shuffled(table, 4, 3);
    Scope.run(
        () -> {
          try (Minibatches.Epoch batches = data.epoch(0, 0)) {
            TensorBatch batch = batches.next();
            assertThat(batch.names()).containsExactly("fields", "numeric", "list:tags", "label");
            assertThat(batch.get("fields").shape()).containsExactly(4, 2);
            assertThat(batch.get("list:tags").shape()).containsExactly(4, 2);
            for (int i = 0; i < 4; i++) {
              int row = Integer.parseInt(batch.id(i).substring("row ".length()));
              long[] fields = batch.get("fields").get(i).toLongs();
              assertThat(fields[0]).isEqualTo(table.indices("colour")[row]);
              assertThat(fields[1]).isEqualTo(table.indices("shop")[row]);
              assertThat(batch.get("numeric").get(i).toFloats())
                  .containsExactly(table.numbers("size")[row]);
              assertThat(batch.get("list:tags").get(i).toLongs())
                  .containsExactly(Arrays.copyOfRange(table.indices("tags"), 2 * row, 2 * row + 2));
              assertThat(batch.get("label").get(i).item()).isEqualTo(row % 2);
            }
          }
        });
  }

  @Test
  void visitsEveryRowOnceInEachEpochAndOrdersEpochsDifferently() {
    TabularBatches data = TabularBatches.shuffled(table(10), 4, 3);
    assertThat(data.batches()).isEqualTo(3);
    List<String> first = ids(data, 0, 0);
    assertThat(first).hasSize(10).doesNotHaveDuplicates();
    assertThat(ids(data, 0, 0)).isEqualTo(first);
    assertThat(ids(data, 1, 0)).isNotEqualTo(first).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void entersAnEpochAtAnyBatch() {
    TabularBatches data = TabularBatches.shuffled(table(10), 4, 3);
    assertThat(ids(data, 5, 1)).isEqualTo(ids(data, 5, 0).subList(4, 10));
  }

  @Test
  void leavesOutALastBatchOfOneRowWhenTraining() {
    assertThat(TabularBatches.shuffled(table(9), 4, 3).batches()).isEqualTo(2);
    assertThat(TabularBatches.shuffled(table(1), 4, 3).batches()).isEqualTo(1);
    assertThat(ids(TabularBatches.inOrder(table(9), 4), 0, 0)).hasSize(9);
  }

  @Test
  void describesTheRowsSoThatOtherRowsAreNoticed() {
    assertThat(TabularBatches.shuffled(table(10), 4, 3).describe())
        .isEqualTo(TabularBatches.shuffled(table(10), 4, 3).describe())
        .startsWith("10 rows (digest ")
        .endsWith("batches of 4, shuffled with seed 3");
    int[] swapped = {1, 0, 2, 3, 4, 5, 6, 7, 8, 9};
    assertThat(TabularBatches.inOrder(table(10), 4).describe())
        .isNotEqualTo(TabularBatches.inOrder(table(10).rows(swapped), 4).describe());
  }

  @Test
  void refusesATableWithoutRows() {
    assertThatThrownBy(() -> TabularBatches.shuffled(table(3).rows(new int[0]), 4, 1))
        .isInstanceOf(DataException.class)
        .hasMessage("the table has no rows");
  }
}
