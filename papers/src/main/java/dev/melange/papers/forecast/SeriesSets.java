package dev.melange.papers.forecast;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.LocatedSet;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.SeriesSplit;
import dev.melange.data.series.TimeSeries;
import java.io.IOException;
import java.util.List;

/** The named series of studies: {@code ETTh1}, {@code ETTh2} and {@code us-flights-hourly}. */
public final class SeriesSets {
  private static final int HOURS = 24;

  private SeriesSets() {}

  /**
   * A series.
   *
   * @throws DataException if there is none of that name
   */
  public static TimeSeries read(DataSets sets, String name) throws IOException {
    boolean ett = name.startsWith("ETT");
    LocatedSet set = sets.where(ett ? "ett" : name);
    List<String> files =
        set.set().files().stream()
            .map(file -> file.name())
            .filter(file -> !ett || file.equals(name + ".csv"))
            .toList();
    if (files.isEmpty()) {
      throw new DataException(
          "there is no series '%s'; the study knows ETTh1, ETTh2 and us-flights-hourly"
              .formatted(name));
    }
    return SeriesCsv.read(set.source(files.get(0)), SeriesCsv.Options.DETECT);
  }

  /** The published split of a series of the ETT set, or seven, one and two tenths of another. */
  public static SeriesSplit split(TimeSeries series, String name, int history, int horizon) {
    return name.startsWith("ETTh")
        ? SeriesSplit.ett(series.rows(), HOURS, history, horizon)
        : SeriesSplit.ratio(series.rows(), history, horizon);
  }
}
