package dev.melange.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Preloaded;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFolder;
import dev.melange.data.image.LabelledImage;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Padding;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandomShift;
import dev.melange.data.image.Resize;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageBatchesTest {
  @Test
  void givesNormalisedImagesAndLabelsInOrder() throws IOException {
    PackedImages digits = PackedImages.digits();
    Normalize normalize = Normalize.of(digits);
    Minibatches batches = ImageBatches.evaluation(digits, Pipeline.of(normalize), 100);
    assertThat(batches.size()).isEqualTo(1797);
    assertThat(batches.batches()).isEqualTo(18);
    double sum = 0;
    double squares = 0;
    int seen = 0;
    try (Scope scope = Scope.open();
        Minibatches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        TensorBatch batch = epoch.next();
        Tensor image = batch.get("image");
        assertThat(image.shape()).containsExactly(batch.size(), 1, 8, 8);
        long[] labels = batch.get("label").toLongs();
        for (int i = 0; i < batch.size(); i++) {
          assertThat(labels[i]).isEqualTo(digits.label(seen + i));
        }
        for (float v : image.toFloats()) {
          sum += v;
          squares += (double) v * v;
        }
        seen += batch.size();
      }
    }
    double count = 1797 * 64;
    assertThat(seen).isEqualTo(1797);
    assertThat(sum / count).isCloseTo(0, org.assertj.core.data.Offset.offset(1e-5));
    assertThat(squares / count).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-4));
  }

  @Test
  void repeatsAnEpochAndEntersItInTheMiddle() throws IOException {
    PackedImages digits = PackedImages.digits();
    Pipeline augment =
        Pipeline.of(Normalize.of(digits), new HorizontalFlip(0.5))
            .with(new RandomShift(2, Padding.ZERO));
    Minibatches batches = ImageBatches.training(digits, augment, 64, 5);
    List<float[]> whole = images(batches, 3, 0);
    List<float[]> tail = images(batches, 3, 20);
    assertThat(whole).hasSize(28);
    assertThat(tail).hasSize(8);
    for (int i = 0; i < tail.size(); i++) {
      assertThat(tail.get(i)).isEqualTo(whole.get(20 + i));
    }
    assertThat(images(batches, 4, 0).get(0)).isNotEqualTo(whole.get(0));
  }

  @Test
  void zeroPaddingAfterNormalisationIsTheMeanColour() throws IOException {
    byte[] white = new byte[16];
    java.util.Arrays.fill(white, (byte) 255);
    Normalize normalize = new Normalize(new float[] {0.5f}, new float[] {0.25f});
    Pipeline shift = Pipeline.of(normalize).with(new RandomShift(3, Padding.ZERO));
    Image image = new Image(1, 4, 4, white);
    RandomGenerator draws = new dev.melange.tensor.Rng(7);
    boolean moved = false;
    for (int i = 0; i < 20; i++) {
      for (float v : shift.apply(image, draws).data()) {
        assertThat(v).isIn(0f, 2f);
        moved |= v == 0;
      }
    }
    assertThat(moved).isTrue();
  }

  @Test
  void readsFoldersAndNamesTheImageThatDoesNotFit(@TempDir Path folder) throws IOException {
    write(folder.resolve("cats/a.png"), 6, 6);
    write(folder.resolve("dogs/b.png"), 6, 5);
    try (ImageFolder images = ImageFolder.open(folder);
        Scope scope = Scope.open()) {
      Minibatches raw = ImageBatches.evaluation(images.all(), Pipeline.of(Normalize.UNIT), 2);
      assertThatThrownBy(() -> images(raw, 0, 0))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("b.png has shape [3, 6, 5]")
          .hasMessageContaining("resize");
      Pipeline resized = Pipeline.of(Normalize.UNIT, new Resize(4, 4, Resize.Filter.BILINEAR));
      assertThat(images(ImageBatches.evaluation(images.all(), resized, 2), 0, 0).get(0))
          .hasSize(2 * 3 * 4 * 4);
    }
  }

  @Test
  void keepsWhatWasReadOnceAndNamesADamagedFile(@TempDir Path folder) throws IOException {
    write(folder.resolve("cats/a.png"), 3, 3);
    write(folder.resolve("dogs/b.png"), 3, 3);
    try (ImageFolder images = ImageFolder.open(folder)) {
      Dataset<LabelledImage> kept = Preloaded.of(images.all(), read -> {});
      Files.delete(folder.resolve("cats/a.png"));
      assertThat(kept.get(0, new dev.melange.tensor.Rng(0)).image().width()).isEqualTo(3);
      assertThat(kept.id(0)).endsWith("a.png");
      Files.writeString(folder.resolve("dogs/b.png"), "not an image");
      assertThatThrownBy(() -> Preloaded.of(images.all().subset(1), read -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("b.png");
    }
  }

  private static void write(Path file, int height, int width) throws IOException {
    Files.createDirectories(file.getParent());
    Image image = new Image(3, height, width, new byte[3 * height * width]);
    ImageIO.write(image.toBufferedImage(), "png", file.toFile());
  }

  private static List<float[]> images(Minibatches batches, int epoch, int first) {
    List<float[]> all = new ArrayList<>();
    try (Scope scope = Scope.open();
        Minibatches.Epoch epochs = batches.epoch(epoch, first)) {
      while (epochs.hasNext()) {
        all.add(epochs.next().get("image").toFloats());
      }
    }
    return all;
  }
}
