package dev.melange.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageGridTest {
  @Test
  void planarValuesBecomePixels() {
    float[] values = {0, 1, 0.5f, Float.NaN, 1, 0, 2, 0, 0, 0, -1, 0};
    BufferedImage image = Tile.chw(values, 3, 2, 2).toImage();
    assertThat(image.getRGB(0, 0)).isEqualTo(0xFF00FF00);
    assertThat(image.getRGB(1, 0)).isEqualTo(0xFFFF0000);
    assertThat(image.getRGB(0, 1)).isEqualTo(0xFF80FF00);
    assertThat(image.getRGB(1, 1)).isZero();
    assertThatThrownBy(() -> Tile.chw(values, 3, 2, 3))
        .hasMessage("an image tile of [3, 2, 3] needs 18 values, got 12");
    assertThatThrownBy(() -> Tile.chw(values, 4, 1, 3)).hasMessageContaining("[4, 1, 3]");
  }

  @Test
  void weightsAreBlueWhiteAndRed() {
    BufferedImage image = Tile.weights(new double[][] {{-2, 0, 2, Double.NaN}}).toImage();
    assertThat(image.getRGB(1, 0)).isEqualTo(0xFFFFFFFF);
    assertThat(image.getRGB(0, 0)).isEqualTo(0xFF000000 | ColorMap.DIVERGING.rgb(0));
    assertThat(image.getRGB(2, 0)).isEqualTo(0xFF000000 | ColorMap.DIVERGING.rgb(1));
    assertThat(image.getRGB(3, 0)).isZero();
  }

  @Test
  void heatIsBlendedWithThePicture() {
    Tile black = Tile.chw(new float[16], 1, 4, 4);
    double[][] map = {{0, 1}, {0, 1}};
    BufferedImage half = black.withHeat(map, ColorMap.GRAY, 0.5).toImage();
    assertThat(half.getRGB(3, 0)).isEqualTo(0xFF808080);
    assertThat(half.getRGB(0, 0)).isEqualTo(0xFF000000);
    assertThat(half.getRGB(1, 0)).isEqualTo(0xFF202020);
    assertThat(black.withHeat(map, ColorMap.GRAY, 0).toImage().getRGB(3, 0)).isEqualTo(0xFF000000);
    double[][] nothing = {{Double.NaN}};
    assertThat(black.withHeat(nothing, ColorMap.GRAY, 1).toImage().getWidth()).isEqualTo(4);
  }

  @Test
  void savedGridShowsEnlargedPixelsWhereTheyBelong(@TempDir Path folder) throws Exception {
    Tile red = Tile.chw(new float[] {1, 0, 0}, 3, 1, 1);
    Tile blue = Tile.chw(new float[] {0, 0, 1}, 3, 1, 1);
    Path file = folder.resolve("grid.png");
    ImageGrid.titled("").row("", red, blue).row("", blue).cellWidth(20).build().save(file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(8 + 2 * 28);
    assertThat(image.getHeight()).isEqualTo(8 + 2 * 28);
    assertThat(image.getRGB(18, 18)).isEqualTo(0xFFFF0000);
    assertThat(image.getRGB(46, 18)).isEqualTo(0xFF0000FF);
    assertThat(image.getRGB(18, 46)).isEqualTo(0xFF0000FF);
    assertThat(image.getRGB(46, 46)).isEqualTo(0xFFFFFFFF);
    assertThatThrownBy(() -> ImageGrid.titled("g").build().save(folder.resolve("g.svg")))
        .hasMessageContaining("can be saved as .png");
  }

  @Test
  void barsHaveOneColourPerLabelAndSpokenShares() {
    Tile tile = Tile.chw(new float[] {0}, 1, 1, 1);
    String html =
        ImageGrid.titled("<t>")
            .columns("<c>")
            .row("<r>", tile.shares(new Tile.Share("<cat>", 0.7), new Tile.Share("dog", 0.3)))
            .row("", tile.shares(new Tile.Share("dog", 1)).captioned("<x>"))
            .build()
            .toHtml();
    assertThat(html)
        .contains("aria-label=\"&lt;cat&gt; 70% dog 30%\"", "class=\"b-1\" style=\"width:100.0%\"")
        .contains("alt=\"&lt;r&gt; &lt;c&gt;\"")
        .doesNotContain("<cat>", "<t>", "<c>", "<r>", "<x>");
    assertThatThrownBy(() -> tile.shares(new Tile.Share("a", 0.8), new Tile.Share("b", 0.8)))
        .hasMessageContaining("must not exceed 1");
    assertThatThrownBy(() -> new Tile.Share("a", Double.NaN)).hasMessageContaining("0 to 1");
  }

  @Test
  void largePicturesAreMadeSmallerForThePage() throws Exception {
    Tile photo = Tile.of(new BufferedImage(1000, 500, BufferedImage.TYPE_INT_RGB));
    byte[] png = photo.png(200);
    BufferedImage small = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(small.getWidth()).isEqualTo(200);
    assertThat(small.getHeight()).isEqualTo(100);
    assertThat(small.getRGB(50, 50)).isEqualTo(0xFF000000);
  }

  @Test
  void colourScalesRunFromEndToEnd() {
    assertThat(ColorMap.GRAY.rgb(-1)).isZero();
    assertThat(ColorMap.GRAY.rgb(0.5)).isEqualTo(0x808080);
    assertThat(ColorMap.GRAY.rgb(7)).isEqualTo(0xFFFFFF);
    assertThat(ColorMap.DIVERGING.rgb(0.5)).isEqualTo(0xFFFFFF);
    assertThat(ColorMap.VIRIDIS.rgb(Double.NaN)).isEqualTo(0x808080);
  }
}
