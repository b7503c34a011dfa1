package dev.melange.papers.metaformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.image.Image;
import dev.melange.optim.Schedule;
import dev.melange.papers.metaformer.MetaFormerStudy.Outcome;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetaFormerStudyTest {
  private static final List<Mixer> SIX =
      List.of(
          Mixer.POOLING,
          Mixer.IDENTITY,
          Mixer.RANDOM,
          Mixer.ATTENTION,
          Mixer.NO_RESIDUAL,
          Mixer.NO_CHANNEL_MLP);

  /** Accuracies in the order of the six variants. */
  private static List<Finding> judged(double... accuracies) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < accuracies.length; i++) {
      outcomes.add(new Outcome(SIX.get(i), new double[] {accuracies[i]}, List.<ObjectNode>of()));
    }
    return MetaFormerStudy.judge(outcomes);
  }

  @Test
  void holdsWhereAllCriteriaAreMet() {
    Finding finding = judged(47.1, 48.9, 47.2, 50.1, 34.6, 37.9).get(0);
    assertThat(finding.verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(finding.main()).isTrue();
    assertThat(finding.reasons()).filteredOn(reason -> reason.endsWith("not met.")).isEmpty();
  }

  @Test
  void doesNotShowWhereADifferenceIsTooSmall() {
    Finding finding = judged(47, 48, 47, 50, 34, 44).get(0);
    assertThat(finding.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(finding.reasons()).filteredOn(reason -> reason.endsWith("not met.")).hasSize(1);
  }

  @Test
  void failsWhereTheSkeletonMattersLessThanTheMixer() {
    assertThat(judged(40, 48, 47, 52, 34, 42).get(0).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(judged(47, 48, 47, 50, 34, 60).get(0).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void decidesNothingWithoutTheVariantsThatItNeeds() {
    Finding finding = judged(47, 48).get(0);
    assertThat(finding.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(finding.reasons().get(0)).contains("no-residual");
  }

  @Test
  void comparesPoolingWithIdentitySeedBySeed() {
    assertThat(judged(50, 48).get(1).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(judged(48.5, 48).get(1).verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(judged(46, 48).get(1).verdict()).isEqualTo(Verdict.FAILS);
  }

  @Test
  void theSmallNetworkIsTheOneOfTheClaimCheck() {
    MetaFormerSettings settings = MetaFormerSettings.at(Scale.QUICK);
    PoolFormerConfig skeleton = settings.skeleton(3, 32, 10);
    assertThat(skeleton.stageShapes(32, 32).get(0)).containsExactly(16, 16);
    assertThat(skeleton.stageShapes(32, 32).get(3)).containsExactly(2, 2);
    PoolFormerConfig attention = Mixer.ATTENTION.of(skeleton, 32);
    assertThat(attention.positionEmbedding(2)).containsExactly(4, 4);
    assertThat(attention.positionEmbedding(3)).isNull();
    assertThat(attention.tokenMixer(1)).isEqualTo("pooling");
    assertThat(Mixer.RANDOM.of(skeleton, 32).spatialShape(1)).containsExactly(8, 8);
    try (PoolFormer model = new PoolFormer(Mixer.POOLING.of(skeleton, 32), new Rng(0))) {
      assertThat(model.parameterCount()).isEqualTo(350_538);
    }
  }

  @Test
  void theLearningRateIsARiseTimesHalfACosine() {
    MetaFormerSettings quick = MetaFormerSettings.at(Scale.QUICK);
    assertThat(quick.epochs(10_000)).isEqualTo(8);
    assertThat(quick.epochs(1_437)).isEqualTo(56);
    Schedule schedule = quick.schedule(8, 10);
    for (int step : new int[] {0, 4, 8, 40, 79}) {
      double t = step / 80.0;
      double expected = 1e-3 * Math.min(1, t / 0.1) * 0.5 * (1 + Math.cos(Math.PI * t));
      assertThat(schedule.at(step)).isCloseTo(expected, within(1e-12));
    }
    Schedule published = MetaFormerSettings.at(Scale.FULL).schedule(300, 100);
    assertThat(published.at(0)).isCloseTo(1e-6, within(1e-12));
    assertThat(published.at(150 * 100)).isCloseTo((1e-3 + 1e-5) / 2, within(1e-12));
    assertThat(published.at(305 * 100)).isCloseTo(1e-5, within(1e-12));
  }

  @Test
  void takesTheFirstSetThatIsHereAndSaysHowToGetTheOthers(@TempDir Path nothing)
      throws IOException {
    DataSets sets = new DataSets(Optional.empty(), nothing, DataSets.standard().list());
    MetaFormerSettings quick = MetaFormerSettings.at(Scale.QUICK);
    try (StudyImages images = StudyImages.open(sets, quick.images())) {
      assertThat(images.name()).isEqualTo("digits");
      assertThat(images.channels()).isEqualTo(1);
      assertThat(images.train().size()).isEqualTo(1437);
    }
    assertThatThrownBy(
            () -> StudyImages.open(sets, Configs.with(quick, Map.of("data", "cifar10")).images()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cifar10");
    assertThatThrownBy(() -> StudyImages.open(sets, MetaFormerSettings.at(Scale.FULL).images()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("--set data=FOLDER");
  }

  @Test
  void fullScaleReadsAFolder(@TempDir Path folder) throws IOException {
    for (String place : List.of("train/a", "train/b", "val/a", "val/b")) {
      Path of = Files.createDirectories(folder.resolve(place));
      Image image = new Image(3, 40, 50, new byte[6000]);
      ImageIO.write(image.toBufferedImage(), "png", of.resolve("1.png").toFile());
    }
    MetaFormerSettings settings =
        Configs.with(
            MetaFormerSettings.at(Scale.FULL), Map.of("data", folder.toString(), "size", "32"));
    DataSets sets = new DataSets(Optional.empty(), folder, DataSets.standard().list());
    try (StudyImages images = StudyImages.open(sets, settings.images())) {
      assertThat(images.train().size()).isEqualTo(2);
      Image image = images.train().get(0, new Rng(0)).image();
      assertThat(images.training().apply(image, new Rng(1)).height()).isEqualTo(32);
      assertThat(images.shown(0).width()).isEqualTo(32);
    }
  }

  @Test
  void refusesUnknownVariants() {
    assertThatThrownBy(
            () -> Configs.with(MetaFormerSettings.at(Scale.QUICK), Map.of("variants", "poling")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown variant 'poling'");
  }
}
