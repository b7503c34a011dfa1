package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.Loader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  private static final RandomGenerator DRAWS = new SplittableRandom(1);

  @TempDir Path folder;

  private static byte[] png(int grey) throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, grey);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private void put(String path, byte[] bytes) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private Path zip(String... paths) throws IOException {
    Path zip = folder.resolve("images.zip");
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (String path : paths) {
        entries.putNextEntry(new ZipEntry(path));
        entries.write(path.endsWith("/") ? new byte[0] : png(path.length()));
        entries.closeEntry();
      }
    }
    return zip;
  }

  private static List<Integer> labels(Dataset<LabelledImage> images) throws IOException {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      labels.add(images.get(i, DRAWS).label());
    }
    return labels;
  }

  @Test
  void readsClassFoldersInOrderOfTheirNames() throws IOException {
    put("photos/dogs/b.png", png(1));
    put("photos/cats/2.PNG", png(2));
    put("photos/cats/1.png", png(3));
    put("photos/cats/.hidden.png", png(3));
    put("photos/notes.txt", new byte[] {1});
    try (ImageFolder images = ImageFolder.open(folder.resolve("photos"))) {
      assertThat(images.classes()).containsExactly("cats", "dogs");
      assertThat(images.splits()).isEmpty();
      assertThat(labels(images.all())).containsExactly(0, 0, 1);
      assertThat(images.all().get(0, DRAWS).image().get(0, 0, 0)).isEqualTo(3);
      assertThat(images.all().id(2)).endsWith("photos/dogs/b.png");
      assertThatThrownBy(() -> images.split("train")).hasMessageContaining("has no splits");
    }
  }

  @Test
  void readsSplitsAndZips() throws IOException {
    Path zip =
        zip("test/b/1.png", "train/", "train/b/1.png", "train/a/22.png", "__MACOSX/train/a/1.png");
    try (ImageFolder images = ImageFolder.open(zip)) {
      assertThat(images.splits()).containsExactly("test", "train");
      assertThat(labels(images.split("train"))).containsExactly(0, 1);
      assertThat(labels(images.split("test"))).containsExactly(1);
      assertThat(images.size()).isEqualTo(3);
      assertThat(images.split("train").id(0)).endsWith("images.zip!/train/a/22.png");
      assertThatThrownBy(() -> images.split("dev")).hasMessageContaining("it has [test, train]");
    }
  }

  @Test
  void looksThroughAFolderAroundAll() throws IOException {
    try (ImageFolder images = ImageFolder.open(zip("photos/a/1.png", "photos/b/1.png"))) {
      assertThat(images.splits()).isEmpty();
      assertThat(images.classes()).containsExactly("a", "b");
    }
    try (ImageFolder images = ImageFolder.open(zip("x/train/a/1.png", "x/test/b/1.png"))) {
      assertThat(images.splits()).containsExactly("test", "train");
    }
    try (ImageFolder images = ImageFolder.open(zip("train/a/1.png", "train/b/1.png"))) {
      assertThat(images.splits()).containsExactly("train");
    }
  }

  @Test
  void refusesOtherLayouts() throws IOException {
    assertThatThrownBy(() -> ImageFolder.open(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> ImageFolder.open(folder)).hasMessageContaining("has no images");
    assertThatThrownBy(() -> ImageFolder.open(zip("1.png", "a/2.png")))
        .hasMessageContaining("1.png lies in no class folder");
    assertThatThrownBy(() -> ImageFolder.open(zip("a/1.png", "train/a/2.png")))
        .hasMessageContaining("train/a/2.png does not lie as expected");
    put("text.zip", "no zip".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ImageFolder.open(folder.resolve("text.zip")))
        .hasMessageContaining("neither a folder nor an intact zip file");
  }

  @Test
  void takesImagesWithoutClassesWhereNoneAreNeeded() throws IOException {
    put("flat/b.png", png(2));
    put("flat/a.png", png(1));
    put("flat/deep/er/c.png", png(3));
    try (ImageFolder images = ImageFolder.openAny(folder.resolve("flat"))) {
      assertThat(images.classes()).containsExactly("");
      assertThat(images.splits()).isEmpty();
      assertThat(images.size()).isEqualTo(3);
      assertThat(images.labels()).containsOnly(0);
      assertThat(images.all().get(0, DRAWS).image().get(0, 0, 0)).isEqualTo(1);
    }
    put("one/cats/a.png", png(1));
    try (ImageFolder images = ImageFolder.openAny(folder.resolve("one"))) {
      assertThat(images.classes()).containsExactly("");
    }
    put("two/cats/a.png", png(1));
    put("two/dogs/a.png", png(1));
    try (ImageFolder images = ImageFolder.openAny(folder.resolve("two"))) {
      assertThat(images.classes()).containsExactly("cats", "dogs");
    }
    try (ImageFolder images = ImageFolder.openAny(zip("x.png", "y/z.png"))) {
      assertThat(images.size()).isEqualTo(2);
      assertThat(images.classes()).containsExactly("");
    }
    Path none = Files.createDirectories(folder.resolve("none"));
    assertThatThrownBy(() -> ImageFolder.openAny(none)).hasMessageContaining("has no images");
  }

  @Test
  void packsImagesOfOneSize() throws IOException {
    put("cats/1.png", png(1));
    put("dogs/2.png", png(2));
    try (ImageFolder images = ImageFolder.open(folder)) {
      PackedImages packed = PackedImages.of("pets", images.all(), images.classes());
      assertThat(packed.labels()).containsExactly(0, 1);
      assertThat(packed.image(1).get(0, 0, 0)).isEqualTo(2);
      assertThat(packed.classes()).containsExactly("cats", "dogs");
      Dataset<LabelledImage> uneven =
          images
              .all()
              .map(
                  (each, draws) ->
                      each.label() == 0
                          ? each
                          : new LabelledImage(each.image().crop(0, 0, 1, 1), 1));
      assertThatThrownBy(() -> PackedImages.of("pets", uneven, images.classes()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("dogs/2.png is Image[1, 1, 1], but")
          .hasMessageContaining("resize the images to one size first");
    }
  }

  @Test
  void loadersNameTheDamagedFile() throws IOException {
    put("cats/1.png", png(1));
    put("dogs/2.png", "hello".getBytes(StandardCharsets.UTF_8));
    try (ImageFolder images = ImageFolder.open(folder);
        var batches = new Loader<>(images.all(), Loader.Config.evaluation(2)).epoch(0)) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("dogs/2.png is not an image that can be read");
    }
  }

  @Test
  void passesOverEntriesThatClimbOut() throws IOException {
    Path climbing = zip("../a/1.png", "a/../../b/1.png", "a/1.png", "b/1.png");
    try (ImageFolder images = ImageFolder.open(climbing)) {
      assertThat(images.size()).isEqualTo(2);
    }
  }

  @Test
  void damagedZipsGiveOneClearError() throws IOException {
    long seed = System.nanoTime();
    System.out.println("ImageFolderTest seed " + seed);
    Random random = new Random(seed);
    byte[] good = Files.readAllBytes(zip("train/a/1.png", "train/b/22.png", "test/a/333.png"));
    for (int i = 0; i < 500; i++) {
      byte[] bad =
          random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      for (int n = random.nextInt(8); n > 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      Path file = folder.resolve("bad.zip");
      Files.write(file, bad);
      try (ImageFolder images = ImageFolder.open(file)) {
        labels(images.all());
      } catch (DataException e) {
        assertThat(e).hasMessageContaining("bad.zip");
      }
    }
  }

  @Test
  void readsCifarWhereItIs() throws IOException {
    String data = System.getenv("MELANGE_DATA");
    Assumptions.assumeTrue(data != null, "MELANGE_DATA is not set");
    Path zip = Path.of(data, "cifar10", "cifar10-images.zip");
    Assumptions.assumeTrue(Files.exists(zip), zip + " is not there");
    try (ImageFolder images = ImageFolder.open(zip)) {
      assertThat(images.classes()).hasSize(10).startsWith("airplane", "automobile");
      assertThat(images.split("train").size()).isEqualTo(50_000);
      assertThat(images.split("test").get(9_999, DRAWS))
          .satisfies(last -> assertThat(last.label()).isEqualTo(9))
          .satisfies(last -> assertThat(last.image()).hasToString("Image[3, 32, 32]"));
    }
  }
}
