package dev.melange.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTest {
  @Test
  void fusesByReciprocalRanks() {
    List<Fusion.Scored> fused =
        Fusion.reciprocalRanks(List.of(List.of(1L, 2L, 3L), List.of(4L, 2L, 1L)));
    assertThat(fused.stream().map(Fusion.Scored::id)).containsExactly(1L, 2L, 4L, 3L);
    assertThat(fused.get(0).score()).isCloseTo(0.0322665, within(1e-7));
    assertThat(fused.get(1).score()).isCloseTo(0.0322581, within(1e-7));
  }

  @Test
  void measuresRankings() {
    assertThat(RankQuality.ndcg(new int[] {3, 2, 0, 1}, new int[] {3, 2, 1, 0}, 10))
        .isCloseTo(0.992620, within(1e-6));
    assertThat(RankQuality.spearman(new double[] {1, 2, 3, 4}, new double[] {1, 2, 3, 4}))
        .isEqualTo(1);
    assertThat(RankQuality.spearman(new double[] {1, 2, 3, 4}, new double[] {4, 3, 2, 1}))
        .isEqualTo(-1);
    // 1 - 6 * 2 / (4 * 15)
    assertThat(RankQuality.spearman(new double[] {1, 2, 3, 4}, new double[] {2, 1, 3, 4}))
        .isCloseTo(0.8, within(1e-12));
    // Five pairs agree, one disagrees.
    assertThat(RankQuality.kendall(new double[] {1, 2, 3, 4}, new double[] {2, 1, 3, 4}))
        .isCloseTo(4 / 6.0, within(1e-12));
    // Two pairs agree, one is tied in b only: 2 / sqrt(3 * 2).
    assertThat(RankQuality.kendall(new double[] {1, 2, 3}, new double[] {1, 2, 2}))
        .isCloseTo(2 / Math.sqrt(6), within(1e-12));
    assertThatThrownBy(() -> RankQuality.ndcg(new int[] {0}, new int[] {0}, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void writesNamesInOtherWays() {
    assertThat(Analyzers.spellings("Strip-MLP and TimeMixer, FinalMLP of 2D-CNNs"))
        .isEqualTo("stripmlp Time Mixer Final MLP");
    assertThat(Analyzers.terms(Analyzers.STEMS, "The MLPs' mixing mixed a mixer naïve"))
        .containsExactly("mlp", "mix", "mix", "mixer", "naiv");
    assertThat(Analyzers.names("Strip-MLP: Efficient Tokens", List.of("strip-mlp light")))
        .containsExactly("stripmlp", "stripmlpefficienttokens", "stripmlplight");
    assertThat(Analyzers.names("A sentence of words: And more", List.of()))
        .containsExactly("asentenceofwordsandmore");
  }
}
