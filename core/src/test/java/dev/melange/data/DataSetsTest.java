package dev.melange.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.image.ImageFiles;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.PackedImages;
import dev.melange.data.series.Frequency;
import dev.melange.data.series.SeriesCsv;
import dev.melange.data.series.TimeSeries;
import dev.melange.data.tabular.EncodedTable;
import dev.melange.data.tabular.Encoder;
import dev.melange.data.tabular.Field;
import dev.melange.data.tabular.LibFm;
import dev.melange.data.tabular.Table;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
  @TempDir Path folder;

  private static DataSets here(String name) {
    DataSets sets = DataSets.standard();
    Assumptions.assumeTrue(
        sets.find(name).isPresent(), "data set " + name + " is not under MELANGE_DATA");
    return sets;
  }

  private DataSets nowhere() {
    return new DataSets(
        Optional.of(folder.resolve("first")), folder.resolve("kept"), StandardSets.ALL);
  }

  @Test
  void bundledSetsAreWhatTheyAreKnownBy() throws IOException {
    int bundled = 0;
    for (NamedSet set : nowhere().list()) {
      if (set.isBundled()) {
        bundled++;
        assertThat(nowhere().where(set.name()).differences()).as(set.name()).isEmpty();
        assertThat(set.isDownloadable()).isFalse();
      }
    }
    assertThat(bundled).isEqualTo(5);
  }

  @Test
  void setsUnderMelangeDataAreWhatTheyAreKnownBy() throws IOException {
    String data = System.getenv("MELANGE_DATA");
    Assumptions.assumeTrue(data != null, "MELANGE_DATA is not set");
    for (NamedSet set : DataSets.standard().list()) {
      Optional<LocatedSet> located = DataSets.standard().find(set.name());
      if (located.isPresent()) {
        assertThat(located.get().differences()).as(set.name()).isEmpty();
      }
    }
  }

  @Test
  void namesAndFoldersAreUnique() {
    assertThat(StandardSets.ALL).extracting(NamedSet::name).doesNotHaveDuplicates();
    assertThat(StandardSets.ALL)
        .allSatisfy(set -> assertThat(set.licence()).isNotBlank())
        .allSatisfy(set -> assertThat(set.isBundled() || !set.folder().contains("..")).isTrue());
    assertThat(
            StandardSets.ALL.stream()
                .flatMap(s -> s.files().stream())
                .flatMap(f -> f.urls().stream()))
        .allSatisfy(url -> assertThat(url.getScheme()).isEqualTo("https"));
  }

  @Test
  void tellsHowToGetWhatIsAbsent() {
    assertThatThrownBy(() -> nowhere().where("mnist"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "run 'melange data get mnist', or set MELANGE_DATA to a folder that has mnist/");
    assertThatThrownBy(() -> nowhere().where("cifar10"))
        .hasMessageContaining("cannot be fetched by itself")
        .hasMessageContaining("set MELANGE_DATA to a folder that has cifar10/cifar10-images.zip")
        .hasMessageContaining("Place a zip file")
        .hasMessageContaining("https://www.cs.toronto.edu/~kriz/cifar.html");
    assertThatThrownBy(() -> nowhere().get("cifar10", Progress.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cannot be fetched by itself");
    assertThatThrownBy(() -> nowhere().where("minst"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no data set 'minst'; did you mean 'mnist'")
        .hasMessageContaining("us-flights");
  }

  @Test
  void takesSetsAndFilesFromWhereTheUserSays() throws IOException {
    Path mine = Files.writeString(folder.resolve("mine.csv"), "date,OT\n");
    List<String> used = new ArrayList<>();
    DataSets sets =
        nowhere()
            .replacing(Map.of("ETTh1", mine, "tinyshakespeare", mine))
            .observedBy(set -> used.add(set.set().name()));
    LocatedSet ett = sets.where("ett");
    assertThat(ett.path("ETTh1.csv")).isEqualTo(mine.toAbsolutePath());
    assertThat(ett.hashes()).containsOnlyKeys("ETTh1.csv");
    assertThat(sets.where("tinyshakespeare").path("tinyshakespeare.txt"))
        .isEqualTo(mine.toAbsolutePath());
    assertThat(used).containsExactly("ett", "tinyshakespeare");
    assertThatThrownBy(() -> ett.path("ETTh2.csv")).hasMessageContaining("does not exist");
    assertThatThrownBy(() -> nowhere().replacing(Map.of("ETTh3", mine)))
        .hasMessageContaining("there is no data set 'ETTh3'");
    assertThatThrownBy(() -> nowhere().replacing(Map.of("ett", mine)))
        .hasMessageContaining("give the folder they lie in");
    assertThatThrownBy(() -> nowhere().replacing(Map.of("digits", mine)))
        .hasMessageContaining("cannot be replaced");
  }

  @Test
  void looksInTheFirstPlaceFirst() throws IOException {
    for (String place : List.of("kept", "first")) {
      Path text = folder.resolve(place).resolve("text/tinyshakespeare.txt");
      Files.createDirectories(text.getParent());
      Files.writeString(text, "First Citizen:\n");
      assertThat(nowhere().where("tinyshakespeare").folder().orElseThrow())
          .isEqualTo(text.getParent());
    }
    assertThat(nowhere().where("tinyshakespeare").differences())
        .singleElement()
        .asString()
        .contains("tinyshakespeare.txt: 15 bytes, expected 1,115,394");
  }

  @Test
  void readsTheBundledSeries() throws IOException {
    TimeSeries series =
        SeriesCsv.read(
            nowhere().where("us-flights-hourly").source("us-flights-hourly.csv.gz"),
            SeriesCsv.Options.DETECT);
    assertThat(series.columns()).containsExactly("ORD", "DFW", "ATL", "LAX", "PHX", "STL", "late");
    assertThat(series.rows()).isEqualTo(4344);
    assertThat(series.frequency()).contains(Frequency.of("h"));
    assertThat(series.missing()).isZero();
  }

  @Test
  void readsTheBundledTable() throws IOException {
    Table table = Table.read(nowhere().where("us-flights").source("us-flights.csv.gz"));
    assertThat(table.rows()).isEqualTo(40_000);
    List<Field> fields = Field.infer(table, "late");
    assertThat(fields)
        .extracting(f -> f.name() + " " + f.kind().key())
        .containsExactly(
            "month categorical",
            "weekday categorical",
            "hour numeric",
            "origin categorical",
            "destination categorical",
            "distance numeric");
    EncodedTable rows = Encoder.fit(table, fields).encode(table, "late", null);
    float positives = 0;
    for (float label : rows.labels().orElseThrow()) {
      positives += label;
    }
    assertThat(positives).isEqualTo(8029);
    assertThat(rows.encoder().vocabulary("weekday").size()).isEqualTo(9);
  }

  @Test
  void readsTheBundledPhotographs() throws IOException {
    for (String photo : List.of("china.jpg", "flower.jpg")) {
      try (InputStream in = nowhere().where("photos").source(photo).open()) {
        assertThat(ImageFiles.decode(photo, in.readAllBytes(), ImageFiles.MAX_PIXELS))
            .hasToString("Image[3, 427, 640]");
      }
    }
  }

  @Test
  void splitsTheDigits() throws IOException {
    PackedImages train = ImageSets.load(nowhere(), "digits", true);
    PackedImages test = ImageSets.load(nowhere(), "digits", false);
    assertThat(train.size()).isEqualTo(1437);
    assertThat(test.size()).isEqualTo(360);
    assertThatThrownBy(() -> ImageSets.load(nowhere(), "us-flights", true))
        .hasMessageContaining("is no set of labelled images");
  }

  @Test
  void readsFashionWhereItIs() throws IOException {
    PackedImages test = ImageSets.load(here("fashion-mnist"), "fashion-mnist", false);
    assertThat(test.size()).isEqualTo(10_000);
    assertThat(test.classes()).hasSize(10);
  }

  @Test
  void readsElectricityTransformersWhereTheyAre() throws IOException {
    TimeSeries series =
        SeriesCsv.read(here("ett").where("ett").source("ETTh1.csv"), SeriesCsv.Options.DETECT);
    assertThat(series.rows()).isEqualTo(17_420);
    assertThat(series.columns())
        .containsExactly("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT");
    assertThat(series.frequency()).contains(Frequency.of("h"));
  }

  @Test
  void readsExchangeRatesWhereTheyAre() throws IOException {
    TimeSeries series =
        SeriesCsv.read(
            here("exchange-rate").where("exchange-rate").source("exchange_rate.txt"),
            SeriesCsv.Options.DETECT);
    assertThat(series.rows()).isEqualTo(7588);
    assertThat(series.columns()).hasSize(8);
    assertThat(series.times()).isEmpty();
  }

  @Test
  void readsFrappeWhereItIs() throws IOException {
    LibFm rows = LibFm.read(here("frappe").where("frappe").source("frappe.test.libfm"));
    assertThat(rows.rows()).isEqualTo(28_860);
    assertThat(rows.indices(0)).hasSize(10);
  }
}
