package dev.melange.papers.maxim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFileWriter;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestorationTrainingTest {
  private static final MaximConfig SMALL =
      Configs.with(MaximPaper.tiny(), Map.of("features", "4", "use_cross_gating", "false"));
  private static final RestorationTraining.Settings SETTINGS =
      new RestorationTraining.Settings(16, 4, 12, 2, 4e-3, 1e-5, 1, 0.5);

  @TempDir private Path folder;

  /** A photograph of soft stripes. */
  private static Image stripes(int size, int seed) {
    byte[] data = new byte[3 * size * size];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (128 + 80 * Math.sin((i % size + seed * (i / size)) / 5.0));
    }
    return new Image(3, size, size, data);
  }

  private static Dataset<PhotoPair> photos() {
    return StudyPhotos.of(List.of(stripes(24, 1), stripes(20, 2), stripes(31, 3)));
  }

  private static TrainingResult fit(Maxim network, RestorationExamples examples)
      throws IOException {
    Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
    return new RestorationTraining(SETTINGS, new Degradation(Degradation.Config.noise(0.1)), 5)
        .fit(network, photos(), () -> examples.metrics(restorer), Trainer::fit);
  }

  @Test
  void trainsAndGivesTheSameNumbersAgain() throws IOException {
    RestorationExamples examples =
        RestorationExamples.of(
            photos(), new Degradation(Degradation.Config.noise(0.1)), 24, false, 1);
    double[] losses = new double[2];
    for (int i = 0; i < 2; i++) {
      try (Maxim network = new Maxim(SMALL, new Rng(2))) {
        TrainingResult result = fit(network, examples);
        assertThat(result.history()).hasSize(2);
        assertThat(result.last().step()).isEqualTo(12);
        assertThat(result.last().loss()).isLessThan(result.history().get(0).loss());
        assertThat(result.last().metrics()).containsKeys("psnr", "ssim");
        losses[i] = result.last().loss();
      }
    }
    assertThat(losses[1]).isEqualTo(losses[0]);
  }

  @Test
  void patchesOfAPairShowTheSamePlace() throws IOException {
    Image good = stripes(30, 1);
    byte[] darker = good.data().clone();
    for (int i = 0; i < darker.length; i++) {
      darker[i] = (byte) ((darker[i] & 0xff) / 2);
    }
    Image bad = new Image(3, 30, 30, darker);
    Dataset<PhotoPair> pairs =
        StudyPhotos.of(List.of(good)).map((x, d) -> new PhotoPair(bad, x.target()));
    PatchPairs patches = new PatchPairs(pairs, 16, 50);
    assertThat(patches.size()).isEqualTo(50);
    List<Image> seen = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      PhotoPair patch = patches.get(i, new Rng(i));
      for (int k = 0; k < patch.target().data().length; k++) {
        assertThat(patch.degraded().data()[k] & 0xff)
            .isEqualTo((patch.target().data()[k] & 0xff) / 2);
      }
      seen.add(patch.target());
    }
    assertThat(seen.stream().distinct().count()).isGreaterThan(30);
  }

  @Test
  void pairsAreFoundByName() throws IOException {
    Path bad = Files.createDirectories(folder.resolve("bad/a"));
    Path good = Files.createDirectories(folder.resolve("good/a"));
    ImageFileWriter.write(stripes(20, 1), bad.resolve("x.png"));
    ImageFileWriter.write(stripes(20, 2), good.resolve("x.jpg"));
    PhotoFolder pairs = PhotoFolder.pairs(folder.resolve("bad"), folder.resolve("good"));
    assertThat(pairs.size()).isEqualTo(1);
    assertThat(pairs.get(0, new Rng(0)).degraded()).isEqualTo(stripes(20, 1));
    ImageFileWriter.write(stripes(21, 2), bad.resolve("y.png"));
    assertThatThrownBy(() -> PhotoFolder.pairs(folder.resolve("bad"), folder.resolve("good")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 of the 2 photographs")
        .hasMessageContaining("y.png");
    ImageFileWriter.write(stripes(20, 2), good.resolve("y.jpg"));
    PhotoFolder sizes = PhotoFolder.pairs(folder.resolve("bad"), folder.resolve("good"));
    assertThatThrownBy(() -> sizes.get(1, new Rng(0)))
        .hasMessageContaining("y.jpg: the two photographs of a pair have one size");
    assertThatThrownBy(() -> PhotoFolder.of(Files.createDirectories(folder.resolve("none"))))
        .hasMessageContaining("holds no images");
  }

  @Test
  void refusesPatchesThatTheNetworkOrThePhotographCannotHave() {
    RestorationTraining.Settings odd = new RestorationTraining.Settings(20, 2, 2, 1, 1e-3, 0, 0, 0);
    RestorationTraining.Settings large =
        new RestorationTraining.Settings(48, 2, 2, 1, 1e-3, 0, 0, 0);
    Degradation noise = new Degradation(Degradation.Config.noise(0.1));
    try (Maxim network = new Maxim(SMALL, new Rng(2))) {
      assertThatThrownBy(
              () ->
                  new RestorationTraining(odd, noise, 0)
                      .fit(network, photos(), () -> Map.of("psnr", 1.0), Trainer::fit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("patches must be a multiple of 16 pixels");
      assertThatThrownBy(
              () ->
                  new RestorationTraining(large, noise, 0)
                      .fit(network, photos(), () -> Map.of("psnr", 1.0), Trainer::fit))
          .hasStackTraceContaining("patches for training have 48x48");
    }
  }

  @Test
  void theStructureOfThePaperHolds() {
    Structure structure = Structure.measure(7);
    assertThat(structure.finding().main()).isTrue();
    assertThat(structure.finding().verdict()).isEqualTo(Verdict.HOLDS);
    Structure broken =
        new Structure(
            structure.one(), structure.one(), structure.convolutions(), structure.costs());
    assertThat(broken.finding().verdict()).isEqualTo(Verdict.FAILS);
    Structure costly =
        new Structure(
            structure.one(),
            structure.two(),
            structure.convolutions(),
            List.of(new Structure.Cost(8, 1), new Structure.Cost(16, 16)));
    assertThat(costly.finding().verdict()).isEqualTo(Verdict.FAILS);
  }

  private static RestorationResults results(double[] maxim, double[] conv) {
    return new RestorationResults(MaximSettings.of(Scale.QUICK), trials(maxim), trials(conv));
  }

  private static List<com.fasterxml.jackson.databind.JsonNode> trials(double... psnr) {
    return Arrays.stream(psnr)
        .<com.fasterxml.jackson.databind.JsonNode>mapToObj(
            value ->
                com.fasterxml.jackson.databind.node.JsonNodeFactory.instance
                    .objectNode()
                    .put("psnr", value)
                    .put("psnr_before", 20.0)
                    .put("parameters", 9))
        .toList();
  }

  @Test
  void verdictsFollowTheNumbers() {
    double[] low = {26, 26.1, 26.2};
    double[] high = {26.5, 26.6, 26.7};
    assertThat(results(high, low).better(Scale.QUICK).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(results(low, high).better(Scale.QUICK).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(results(low, high).better(Scale.FULL).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(results(low, low).better(Scale.FULL).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(results(new double[] {27, 27}, new double[] {25, 25}).better(Scale.FULL).verdict())
        .isEqualTo(Verdict.DOES_NOT_SHOW);
    Finding works = results(low, high).bothWork();
    assertThat(works.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(works.main()).isFalse();
    assertThat(results(new double[] {24, 26, 26}, low).bothWork().verdict())
        .isEqualTo(Verdict.FAILS);
    assertThat(results(new double[] {28, 28, 28}, low).bothWork().verdict())
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void fullScaleAsksForPairs() {
    assertThatThrownBy(
            () ->
                StudyPhotos.load(
                    dev.melange.data.DataSets.standard(), MaximSettings.of(Scale.FULL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("--set pairs=FOLDER");
  }

  @Test
  void theNetworksOfTheStudyHaveTheKnownParameters() {
    List<Long> counts = new ArrayList<>();
    for (MaximSettings.Variant variant : MaximSettings.of(Scale.QUICK).variants()) {
      try (Maxim network = new Maxim(variant.config(), new Rng(1))) {
        counts.add(network.parameterCount());
      }
    }
    assertThat(counts).containsExactly(76_902L, 56_614L);
  }
}
