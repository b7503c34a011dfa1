package dev.melange.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
  private static final List<String> NAMES = List.of("metaformer", "timemixer", "max-former", "gpt");

  @Test
  void findsTheNearestName() {
    assertThat(Suggestions.closest("metafomer", NAMES)).contains("metaformer");
    assertThat(Suggestions.closest("TimeMxier", NAMES)).contains("timemixer");
    assertThat(Suggestions.closest("maxformer", NAMES)).contains("max-former");
    assertThat(Suggestions.closest("gtp", NAMES)).contains("gpt");
  }

  @Test
  void completesABeginning() {
    assertThat(Suggestions.closest("meta", NAMES)).contains("metaformer");
  }

  @Test
  void staysSilentWhenNothingIsNear() {
    assertThat(Suggestions.closest("zebra", NAMES)).isEmpty();
    assertThat(Suggestions.didYouMean("zebra", NAMES)).isEmpty();
    assertThat(Suggestions.didYouMean("metafomer", NAMES))
        .isEqualTo("; did you mean 'metaformer'?");
  }
}
