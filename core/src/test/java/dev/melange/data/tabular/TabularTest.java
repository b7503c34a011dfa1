package dev.melange.data.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TabularTest {
  private static Table table(String text) throws IOException {
    return Table.read(Source.of("clicks.csv", text.getBytes(StandardCharsets.UTF_8)));
  }

  private static LibFm libFm(String text) throws IOException {
    return LibFm.read(Source.of("x.libfm", text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void encodesCategoriesNumbersListsAndLabels() throws IOException {
    Table table = table("user,age,tags,click\nann,20,a^b,yes\n\"bob, jr\",,b,no\nann,40,,yes\n");
    Encoder encoder =
        Encoder.fit(
            table,
            List.of(
                Field.categorical("user", 1),
                Field.numeric("age"),
                Field.sequence("tags", "^", 1)));
    EncodedTable rows = encoder.encode(table, "click", null);
    assertThat(rows.indices("user")).containsExactly(1, 2, 1);
    assertThat(rows.numbers("age")).containsExactly(new float[] {-1, 0, 1}, within(1e-6f));
    assertThat(rows.indices("tags")).containsExactly(2, 1, 0, 1, 0, 0);
    assertThat(rows.labels().orElseThrow()).containsExactly(1, 0, 1);

    EncodedTable some = rows.rows(new int[] {2, 1});
    assertThat(some.indices("tags")).containsExactly(0, 0, 0, 1);
    assertThat(some.labels().orElseThrow()).containsExactly(1, 0);

    EncodedTable unseen = encoder.encode(table("user,age,tags\nzoe,30,c^a\n"));
    assertThat(unseen.indices("user")).containsExactly(3);
    assertThat(unseen.indices("tags")).containsExactly(3, 2);
    assertThat(unseen.labels()).isEmpty();
  }

  @Test
  void infersFields() throws IOException {
    StringBuilder text = new StringBuilder("amount,code,city,label\n");
    for (int i = 0; i < 30; i++) {
      text.append(i * 1.5).append(',').append(i % 3).append(",c").append(i).append(",0\n");
    }
    assertThat(Field.infer(table(text.toString()), "label"))
        .containsExactly(
            Field.numeric("amount"), Field.categorical("code", 1), Field.categorical("city", 1));
  }

  @Test
  void readsLabelsOfAllKinds() throws IOException {
    assertThat(Encoder.trainingLabels(table("y\n0\n1\n"), "y", null)).containsExactly(0, 1);
    assertThat(Encoder.trainingLabels(table("y\n1\n-1\n"), "y", null)).containsExactly(1, 0);
    assertThat(Encoder.trainingLabels(table("y\nbad\ngood\n"), "y", "bad")).containsExactly(1, 0);
    assertThat(Encoder.trainingLabels(table("y\ntrue\nfalse\n"), "y", null)).containsExactly(1, 0);
  }

  private static void refuses(String text, String message) {
    assertThatThrownBy(
            () -> {
              Table table = table(text);
              Encoder.trainingLabels(table, "y", null);
              Encoder.fit(table, List.of(Field.numeric("n")));
            })
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesUnusableTables() {
    refuses("", "clicks.csv is empty");
    refuses("n,y\n", "but no rows");
    refuses("n,n\n1,2\n", "names a column twice");
    refuses("n,y\n1\n", "clicks.csv line 2 has 1 cells; the header has 2");
    refuses("n,z\n1,0\n", "has no column 'y'; it has n, z");
    refuses("n,y\n1,1\n2,1\n", "all 2 labels are '1'; training needs rows of both classes");
    refuses("n,y\n1,1\n2,0\n3,2\n", "line 4, column 'y': '2' is a third label");
    refuses("n,y\n1,1\n2,\n", "line 3, column 'y': the label is missing");
    refuses("n,y\n1,1\nx,0\n", "line 3, column 'n': 'x' is not a finite number");
    refuses("n,y\n1,1\nInfinity,0\n", "line 3, column 'n': 'Infinity' is not a finite number");
    refuses("n,y\n,1\nnan,0\n", "column 'n' has no numbers");
  }

  @Test
  void readsLibFm() throws IOException {
    LibFm rows = libFm("-1 204:1 4798:1\n\n1 42:1 7:1\n");
    assertThat(rows.rows()).isEqualTo(2);
    assertThat(rows.labels()).containsExactly(-1, 1);
    assertThat(rows.indices(1)).containsExactly(42, 7);
    assertThat(rows.values(1)).containsExactly(1, 1);
    Table table = rows.toTable(List.of("user", "item"));
    assertThat(table.column("user")).containsExactly("204", "42");
    assertThat(table.column("label")).containsExactly("0", "1");
  }

  @Test
  void refusesDamagedLibFm() {
    assertThatThrownBy(() -> libFm("")).hasMessageContaining("x.libfm is empty");
    assertThatThrownBy(() -> libFm("1 2:1\n1 x\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.libfm line 2: 'x' is not libfm text");
    assertThatThrownBy(() -> libFm("1 -2:1\n")).hasMessageContaining("'-2:1'");
    assertThatThrownBy(() -> libFm("nan 2:1\n")).hasMessageContaining("'nan'");
    assertThatThrownBy(() -> libFm("1 2:1\n1 2:1 3:1\n").toTable(List.of("a")))
        .hasMessageContaining("row 2 has 2 cells; expected 1");
    assertThatThrownBy(() -> libFm("1 2:0.5\n").toTable(List.of("a")))
        .hasMessageContaining("is a number");
  }

  @Test
  void damagedFilesGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("TabularTest seed " + seed);
    Random random = new Random(seed);
    byte[] csv = "a,b,y\n1,\"x,y\",0\n2,z,1\n".getBytes(StandardCharsets.UTF_8);
    byte[] libfm = "-1 204:1 4798:1\n1 42:1 7:1\n".getBytes(StandardCharsets.UTF_8);
    byte[] alphabet = ",\"\n\r:0123456789- az\u0000".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] good = i % 2 == 0 ? csv : libfm;
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int n = random.nextInt(4); n > 0; n--) {
        bad[random.nextInt(bad.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        if (i % 2 == 0) {
          Table table = Table.read(Source.of("bad", bad));
          Encoder.fit(table, Field.infer(table, "y")).encode(table, "y", null);
        } else {
          LibFm.read(Source.of("bad", bad)).toTable(List.of("a", "b"));
        }
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("bad");
      }
    }
  }
}
