package dev.melange.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataException;
import dev.melange.data.image.Image;
import dev.melange.papers.Cards;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final DemoInput NOTHING = new DemoInput(Map.of(), Map.of());

  static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** A stroke from the top to the bottom. */
  static BufferedImage one(int side, Color ground, Color ink) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(ground);
    graphics.fillRect(0, 0, side, side);
    graphics.setColor(ink);
    graphics.setStroke(new BasicStroke(side / 8f));
    graphics.drawLine(side / 2, side / 4, side / 2, 3 * side / 4);
    graphics.dispose();
    return image;
  }

  static Demo demo(String key) {
    return Demos.of(key).orElseThrow();
  }

  static DemoInput values(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return new DemoInput(values, Map.of());
  }

  @Test
  void everyDemonstrationIsAPapersAndAsksForNamedThings() {
    assertThat(Demos.all()).hasSizeGreaterThan(15);
    assertThat(Demos.all().stream().map(Demo::key)).doesNotHaveDuplicates();
    for (Demo demo : Demos.all()) {
      assertThat(Cards.all()).anyMatch(card -> card.key().equals(demo.key()));
      assertThat(demo.fields().stream().map(Field::name)).isNotEmpty().doesNotHaveDuplicates();
      assertThat(demo.about()).isNotBlank();
    }
  }

  @Test
  void bringsDrawingsToTheFormOfTheDigits() {
    Image dark = Ink.digit(Image.of(one(280, Color.WHITE, Color.BLACK)));
    Image light = Ink.digit(Image.of(one(50, Color.BLACK, Color.LIGHT_GRAY)));
    for (Image digit : List.of(dark, light)) {
      assertThat(digit.height()).isEqualTo(8);
      assertThat(digit.width()).isEqualTo(8);
      for (int y = 0; y < 8; y++) {
        assertThat(digit.get(0, y, 3) + digit.get(0, y, 4)).as("row %d", y).isGreaterThan(200);
        assertThat(digit.get(0, y, 0)).as("row %d", y).isZero();
      }
    }
  }

  @Test
  void refusesEmptyDrawings() {
    BufferedImage white = one(100, Color.WHITE, Color.WHITE);
    assertThatThrownBy(() -> Ink.digit(Image.of(white)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void refusesWhatIsTooLargeOrNoPicture() {
    assertThatThrownBy(() -> new DemoInput(Map.of(), Map.of("a", new byte[DemoInput.MAX_FILE + 1])))
        .hasMessageContaining("the limit is");
    assertThatThrownBy(() -> values("text", "x".repeat(DemoInput.MAX_VALUE + 1)))
        .hasMessageContaining("the limit is");
    Field field = Field.of("image", "An image", Field.Kind.IMAGE);
    byte[] script = "<svg onload='alert(1)'/>".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new DemoInput(Map.of(), Map.of("image", script)).image(field, 100))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("not an image");
    // A small file that says it is enormous.
    byte[] bomb =
        ByteBuffer.allocate(33)
            .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13})
            .put(new byte[] {'I', 'H', 'D', 'R'})
            .putInt(60_000)
            .putInt(60_000)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    assertThatThrownBy(() -> new DemoInput(Map.of(), Map.of("image", bomb)).image(field, 100))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("60,000 x 60,000");
  }

  @Test
  void makesLargePicturesSmall() throws IOException {
    Field field = Field.of("image", "An image", Field.Kind.IMAGE);
    BufferedImage wide = new BufferedImage(900, 300, BufferedImage.TYPE_INT_RGB);
    Image image = new DemoInput(Map.of(), Map.of("image", png(wide))).image(field, 150).get();
    assertThat(List.of(image.width(), image.height())).containsExactly(150, 50);
  }

  @Test
  void mixesTwoPicturesWithTheirLabels(@TempDir Path folder) throws IOException {
    Demo demo = demo("decoupled-mixup");
    for (String policy : List.of("mixup", "cutmix", "saliencymix", "fmix")) {
      DemoInput input =
          values("examples", "photos", "policy", policy, "first_label", "temple", "seed", "3");
      DemoResult result = demo.run(input, folder, () -> false);
      assertThat(result.shares().stream().mapToDouble(DemoResult.Share::value).sum())
          .as(policy)
          .isCloseTo(1, within(1e-5));
      assertThat(result.shares())
          .as(policy)
          .allMatch(share -> share.value() >= 0.05)
          .anyMatch(share -> share.name().equals("temple"));
      assertThat(result.pictures()).as(policy).hasSize(3);
      byte[] mixed = result.pictures().get(2).png();
      assertThat(ImageIO.read(new ByteArrayInputStream(mixed)).getWidth()).isEqualTo(160);
      byte[] again = demo.run(input, folder, () -> false).pictures().get(2).png();
      assertThat(again).as("the same seed").isEqualTo(mixed);
      assertThat(result.pictures().get(0).png()).isNotEqualTo(mixed);
    }
  }

  @Test
  void saysWhatIsMissingOrWrong(@TempDir Path folder) {
    assertThatThrownBy(() -> demo("decoupled-mixup").run(NOTHING, folder, () -> false))
        .hasMessageContaining("upload two, or choose examples");
    assertThatThrownBy(
            () -> demo("decoupled-mixup").run(values("policy", "puzzle"), folder, () -> false))
        .hasMessageContaining("expected one of mixup, cutmix");
    assertThatThrownBy(() -> demo("decoupled-mixup").run(values("seed", "-1"), folder, () -> false))
        .hasMessageContaining("expected a number from 0");
    assertThatThrownBy(() -> demo("timemixer").run(NOTHING, folder, () -> false))
        .hasMessageContaining("upload a CSV file");
    assertThatThrownBy(() -> demo("semi-nmf").run(NOTHING, folder, () -> false))
        .hasMessageContaining("0 characters");
    assertThatThrownBy(() -> demo("semi-nmf").run(values("text", "Short."), folder, () -> false))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("too few");
  }

  @Test
  void continuesASeries(@TempDir Path folder) throws IOException {
    StringBuilder csv = new StringBuilder("step,other,wave\n");
    for (int i = 0; i < 400; i++) {
      csv.append(String.format(Locale.ROOT, "%d,%d,%.4f%n", i, i % 7, wave(i)));
    }
    DemoInput input =
        new DemoInput(
            Map.of("horizon", "12"),
            Map.of("series", csv.toString().getBytes(StandardCharsets.UTF_8)));
    DemoResult result = demo("tsmixer").run(input, folder, () -> false);
    assertThat(result.summary()).contains("tsmixer", "mean absolute error");
    assertThat(result.columns()).containsExactly("step", "wave");
    assertThat(result.rows()).hasSize(12);
    double[] forecast =
        result.rows().stream().mapToDouble(row -> Double.parseDouble(row.get(1))).toArray();
    assertThat(Arrays.stream(forecast).allMatch(value -> Math.abs(value - 10) < 4)).isTrue();
    assertThat(result.pictures()).hasSize(1);
  }

  private static double wave(int i) {
    return 10 + 2 * Math.sin(2 * Math.PI * i / 24) + 0.01 * (i % 5);
  }

  @Test
  void aForecastThatNobodyWaitsForEnds(@TempDir Path folder) {
    assertThatThrownBy(
            () -> demo("timemixer").run(values("example", "us-flights-hourly"), folder, () -> true))
        .isInstanceOf(java.util.concurrent.CancellationException.class);
  }

  @Test
  void findsConceptsInAText(@TempDir Path folder) throws IOException {
    String text =
        "The violin and the cello played a quiet melody. The orchestra rehearsed the symphony."
            + " The kitchen smelled of bread, butter and garlic. She cooked soup with onions."
            + " The goalkeeper saved the penalty. The striker scored twice before half time.";
    DemoResult result =
        demo("semi-nmf").run(values("text", text, "features", "3"), folder, () -> false);
    assertThat(result.passages()).hasSize(3);
    assertThat(result.passages())
        .allSatisfy(
            passage ->
                assertThat(passage.lines())
                    .isNotEmpty()
                    .anyMatch(line -> line.stream().anyMatch(piece -> piece.strength() > 0.99)));
  }
}
