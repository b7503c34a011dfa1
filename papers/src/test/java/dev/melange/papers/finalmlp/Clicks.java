package dev.melange.papers.finalmlp;

import dev.melange.data.tabular.Table;
import dev.melange.tensor.Rng;
import java.util.ArrayList;
import java.util.List;

/** Tables of clicks that follow a known rule. */
final class Clicks {
  private Clicks() {}

  /**
   * Rows in which {@code shop} decides the click in nine of ten cases, {@code size} adds a little,
   * and {@code noise} says nothing. {@code day} counts up.
   */
  static Table table(int rows, long seed) {
    Rng rng = new Rng(seed);
    List<List<String>> columns = new ArrayList<>();
    for (int c = 0; c < 6; c++) {
      columns.add(new ArrayList<>());
    }
    for (int row = 0; row < rows; row++) {
      int shop = rng.nextInt(6);
      double size = rng.nextGaussian();
      boolean likely = shop % 2 == 0;
      boolean click = rng.nextDouble() < (likely ? 0.9 : 0.1) + (size > 1 ? 0.05 : -0.05);
      columns.get(0).add("shop " + shop);
      columns.get(1).add(Double.toString(size));
      columns.get(2).add("n" + rng.nextInt(5));
      columns.get(3).add(likely ? "a|b" : "b|c");
      columns.get(4).add(Integer.toString(row));
      columns.get(5).add(click ? "yes" : "no");
    }
    return Table.of(
        "clicks.csv", List.of("shop", "size", "noise", "tags", "day", "clicked"), columns);
  }
}
