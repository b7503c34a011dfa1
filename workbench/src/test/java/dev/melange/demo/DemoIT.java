package dev.melange.demo;

import static dev.melange.demo.DemoTest.demo;
import static dev.melange.demo.DemoTest.one;
import static dev.melange.demo.DemoTest.png;
import static dev.melange.demo.DemoTest.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Demonstrations with weights that are trained first, briefly. */
class DemoIT {
  @Test
  void readsADigitWithWeightsThatWereTrained(@TempDir Path folder) throws IOException {
    Demo demo = demo("raft-mlp");
    String quality = demo.train(folder, trainer -> trainer.steps(60));
    assertThat(quality).startsWith("raftmlp_mini tells ");
    int right = 0;
    for (int i = 0; i < 4; i++) {
      DemoResult result = demo.run(values("example", Integer.toString(i)), folder, () -> false);
      assertThat(result.shares().stream().mapToDouble(DemoResult.Share::value).sum())
          .isCloseTo(1, within(1e-6));
      int truth = ImageSets.load(DataSets.standard(), "digits", false).label(i);
      right += result.shares().get(0).name().equals(Integer.toString(truth)) ? 1 : 0;
    }
    assertThat(right).as("of four unseen digits").isGreaterThanOrEqualTo(2);
    byte[] drawing = png(one(280, Color.WHITE, Color.BLACK));
    DemoResult drawn =
        demo.run(new DemoInput(Map.of(), Map.of("image", drawing)), folder, () -> false);
    assertThat(drawn.shares()).hasSize(10);
    assertThat(drawn.pictures()).hasSize(1);
  }

  @Test
  void restoresAPhotograph(@TempDir Path folder) throws IOException {
    Demo demo = demo("maxim");
    demo.train(folder, trainer -> trainer.steps(4));
    BufferedImage photo = one(64, Color.ORANGE, Color.BLUE);
    DemoResult result =
        demo.run(new DemoInput(Map.of(), Map.of("photo", png(photo))), folder, () -> false);
    assertThat(result.summary()).contains("PSNR");
    assertThat(result.pictures()).hasSize(3);
    assertThat(result.pictures()).allMatch(picture -> picture.width() == 64);
    DemoResult kept =
        demo.run(
            new DemoInput(Map.of("noise", "keep"), Map.of("photo", png(photo))),
            folder,
            () -> false);
    assertThat(kept.pictures()).hasSize(2);
  }

  @Test
  void mixesByALearnedPolicy(@TempDir Path folder) throws IOException {
    Demo demo = demo("adversarial-automixup");
    demo.train(folder, trainer -> trainer.steps(3));
    DemoResult result = demo.run(values("examples", "digits"), folder, () -> false);
    assertThat(result.pictures()).hasSize(3);
    assertThat(result.shares()).hasSize(2);
  }
}
