package dev.melange.papers.finalmlp;

import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.tabular.LibFm;
import dev.melange.data.tabular.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Frappe (Baltrunas et al., 2015): which app is used in which context; ten categorical fields. */
final class Frappe {
  /** The fields in the order of the file. */
  static final List<String> FIELDS =
      List.of(
          "user",
          "item",
          "daytime",
          "weekday",
          "isweekend",
          "homework",
          "cost",
          "weather",
          "country",
          "city");

  /** Column of the label. */
  static final String LABEL = "label";

  // Rows of the tables in the published runs, whose vocabularies come from the full training file.
  private static final int[] PUBLISHED = {956, 4084, 9, 9, 4, 5, 4, 11, 82, 235};

  private Frappe() {}

  /** The fields with the sizes of the published vocabularies. */
  static List<Feature> publishedFeatures() {
    List<Feature> features = new ArrayList<>();
    for (int i = 0; i < PUBLISHED.length; i++) {
      features.add(Feature.categorical(FIELDS.get(i), PUBLISHED[i]));
    }
    return features;
  }

  /** The rows of the validation file, 57,722. */
  static Table validation(DataSets sets) throws IOException {
    return read(sets, "frappe.validation.libfm");
  }

  /** The rows of the test file, 28,860. */
  static Table test(DataSets sets) throws IOException {
    return read(sets, "frappe.test.libfm");
  }

  private static Table read(DataSets sets, String file) throws IOException {
    LocatedSet set = sets.where("frappe");
    return LibFm.read(set.source(file)).toTable(FIELDS);
  }
}
