package dev.melange.papers.finalmlp;

import dev.melange.data.DataSets;
import dev.melange.data.Shuffle;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.Table;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of the study.
 *
 * @param train to learn from
 * @param valid to decide when to stop
 * @param test to compare on
 * @param groups the user of each test row, for gAUC
 * @param contexts the field that each of the two gates sees
 */
record StudyRows(
    EncodedTable train,
    EncodedTable valid,
    EncodedTable test,
    long[] groups,
    List<String> contexts) {

  static StudyRows read(FinalMlpSettings settings, DataSets sets) throws IOException {
    return settings.data().equals("frappe") ? frappe(settings, sets) : flights(settings, sets);
  }

  /**
   * Of the validation file 90 % to learn from and 10 % to stop by, vocabularies from the former,
   * the test file to compare on. The training file of the published results is not to be had.
   */
  private static StudyRows frappe(FinalMlpSettings settings, DataSets sets) throws IOException {
    Table all = Frappe.validation(sets);
    Table test = Frappe.test(sets);
    int[] order = Shuffle.permutation(all.rows(), settings.split_seed());
    int valid = all.rows() / 10;
    Table train = all.select(Arrays.copyOfRange(order, valid, order.length));
    Encoder encoder =
        Encoder.fit(train, Frappe.FIELDS.stream().map(name -> Field.categorical(name, 1)).toList());
    return new StudyRows(
        encoder.encode(train, Frappe.LABEL, "1"),
        encoder.encode(all.select(Arrays.copyOf(order, valid)), Frappe.LABEL, "1"),
        encoder.encode(test, Frappe.LABEL, "1"),
        test.column("user").stream().mapToLong(Long::parseLong).toArray(),
        List.of("user", "item"));
  }

  private static StudyRows flights(FinalMlpSettings settings, DataSets sets) throws IOException {
    Table all = Table.read(sets.where("us-flights").source("us-flights.csv.gz"));
    int rows = settings.rows() == 0 ? all.rows() : Math.min(settings.rows(), all.rows());
    Table table =
        all.select(Arrays.copyOf(Shuffle.permutation(all.rows(), settings.split_seed()), rows));
    ClickColumns columns = new ClickColumns("late", "1", List.of(), null, "origin");
    ClickData data = ClickData.of(table, columns, 0.1, 0.2, settings.split_seed());
    return new StudyRows(
        data.train(),
        data.valid(),
        data.test(),
        data.testGroups().orElseThrow(),
        List.of("origin", "destination"));
  }
}
