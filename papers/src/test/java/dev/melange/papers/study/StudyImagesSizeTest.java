package dev.melange.papers.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.melange.data.DataSets;
import dev.melange.data.image.LabelledImage;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StudyImagesSizeTest {
  @ParameterizedTest
  @ValueSource(strings = {"none", "shift", "crop"})
  void bringsImagesOfNamedSetsToAnotherSize(String augment) throws IOException {
    StudyImages.Choice choice = new StudyImages.Choice(List.of("digits"), 20, 10, 32, augment);
    try (StudyImages small = StudyImages.open(DataSets.standard(), choice)) {
      StudyImages large = small.resizedTo(20, choice);
      assertThat(large.size()).isEqualTo(20);
      assertThat(small.resizedTo(8, choice)).isSameAs(small);
      LabelledImage item = large.train().get(3, new Rng(1));
      assertThat(large.training().apply(item.image(), new Rng(1)).height()).isEqualTo(20);
      assertThat(large.evaluation().apply(item.image(), new Rng(1)).width()).isEqualTo(20);
      assertThat(large.shown(2).height()).isEqualTo(20);
    }
  }

  @Test
  void describesTrainings() throws IOException {
    StudyImages.Choice choice = new StudyImages.Choice(List.of("digits"), 20, 10, 8, "shift");
    try (StudyImages images = StudyImages.open(DataSets.standard(), choice)) {
      assertThat(images.describe(images.describeAugmentation("shift"), 4, 100, 1))
          .contains("20 training and 10 test images 1x8x8, shifts by up to 1 pixels.")
          .endsWith("4 epochs, batches of 100, 1 seed.");
      assertThat(images.describe("mirroring", 4, 100, 3))
          .contains("mirroring")
          .endsWith("3 seeds.");
    }
  }
}
