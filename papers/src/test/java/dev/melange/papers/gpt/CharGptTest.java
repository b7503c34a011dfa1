package dev.melange.papers.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.io.Checkpoints;
import dev.melange.io.Provenance;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingStopped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharGptTest {
  private static final CharGptRecipe TINY = new CharGptRecipe(16, 8, 1, 2, 12, 4, 3e-3);

  @TempDir private Path folder;

  @Test
  void vocabularyHasEachCharacterOnce() {
    CharVocabulary vocabulary = CharVocabulary.of("banana \u00e9\ud83d\ude00");
    assertThat(vocabulary.characters()).isEqualTo(" abn\u00e9\ud83d\ude00");
    assertThat(vocabulary.size()).isEqualTo(6);
    assertThat(vocabulary.encode("nab\ud83d\ude00")).containsExactly(3, 1, 2, 5);
    assertThat(vocabulary.decode(3, 1, 2, 5)).isEqualTo("nab\ud83d\ude00");
    assertThat(vocabulary.unknown("zebra")).isEqualTo("erz");
    assertThat(vocabulary.known("zebra")).isEqualTo("ba");
    assertThatThrownBy(() -> vocabulary.encode("zebra"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'z' (U+007A)");
    assertThatThrownBy(() -> new CharVocabulary("ba"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ascending");
  }

  @Test
  void windowsAreTheSameForTheSameSeed() {
    long[] text = new long[100];
    java.util.Arrays.setAll(text, i -> i);
    TextWindows windows = new TextWindows(text, 5, 3, 4, 11);
    try (Scope scope = Scope.open()) {
      Tensor first = windows.epoch(2, 1).next().get(TextWindows.IDS);
      assertThat(first.shape()).containsExactly(3, 6);
      assertThat(
              new TextWindows(text, 5, 3, 4, 11).epoch(2, 1).next().get(TextWindows.IDS).toLongs())
          .isEqualTo(first.toLongs());
      assertThat(windows.epoch(2, 2).next().get(TextWindows.IDS).toLongs())
          .isNotEqualTo(first.toLongs());
      long[] row = first.get(0).toLongs();
      for (int i = 1; i < row.length; i++) {
        assertThat(row[i]).isEqualTo(row[i - 1] + 1);
      }
      assertThat(TextWindows.spread(text, 9, 1000).shape()).containsExactly(11, 10);
      assertThatThrownBy(() -> new TextWindows(new long[5], 5, 1, 1, 0))
          .hasMessageContaining("too few");
    }
  }

  @Test
  void isTrainedOnceAndGoesOnWhereItWasStopped() throws IOException {
    SmallGpt whole = new SmallGpt(new CharGptStore(folder.resolve("whole")), TINY);
    SmallGpt stopped = new SmallGpt(new CharGptStore(folder.resolve("stopped")), TINY);
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(
            () -> stopped.load(new TrainingListener() {}, () -> asked.incrementAndGet() == 5))
        .isInstanceOf(TrainingStopped.class);
    assertThat(stopped.find()).isEmpty();
    AtomicInteger steps = new AtomicInteger();
    TrainingListener counting =
        new TrainingListener() {
          @Override
          public void step(StepRecord step) {
            steps.incrementAndGet();
          }
        };
    String one;
    String two;
    try (CharGpt first = whole.load(counting, () -> false);
        CharGpt second = stopped.load(counting, () -> false)) {
      assertThat(steps.get()).isBetween(13, 23);
      one = first.write("Emma", 30, Sampling.temperature(1), new Rng(3));
      two = second.write("Emma", 30, Sampling.temperature(1), new Rng(3));
    }
    assertThat(two).isEqualTo(one).startsWith("Emma").hasSize(34);
    int before = steps.get();
    try (CharGpt again = whole.load(counting, () -> false)) {
      assertThat(steps.get()).isEqualTo(before);
      assertThat(again.write("Emma", 30, Sampling.temperature(1), new Rng(3))).isEqualTo(one);
    }
    Path file = whole.find().orElseThrow();
    Provenance provenance = Checkpoints.provenance(file).orElseThrow();
    assertThat(provenance.data()).containsKey("austen-emma/austen-emma.txt.gz");
    assertThat(provenance.hyperparameters().get("steps").asInt()).isEqualTo(12);
    CharGptStore.History history = CharGptStore.history(file);
    assertThat(history.steps()).containsExactly(12L);
    assertThat(history.validLoss()).isPositive();
    try (var files = Files.list(folder.resolve("stopped"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void refusesFilesOfOtherModels() throws IOException {
    Path file = folder.resolve("other.safetensors");
    try (Gpt other = new Gpt(GptConfig.of(5, 4, 4, 1, 1), new Rng(0))) {
      Checkpoints.save(other, file);
    }
    assertThatThrownBy(() -> CharGpt.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a character model");
  }
}
