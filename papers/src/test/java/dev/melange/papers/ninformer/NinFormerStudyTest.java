package dev.melange.papers.ninformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.component.Configs;
import dev.melange.data.DataSets;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Verdict;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NinFormerStudyTest {
  private static final NinFormerSettings SMOKE = NinFormerSettings.of(Scale.SMOKE);

  private static Results results(double[] ninformer, double[] mixer, double[] deep)
      throws IOException {
    Arena arena = Arena.load(DataSets.standard(), "digits", SMOKE);
    return new Results(
        arena,
        Map.of(
            Variant.NINFORMER, trials(ninformer),
            Variant.MIXER, trials(mixer),
            Variant.DEEP_MIXER, trials(deep)));
  }

  private static List<JsonNode> trials(double... accuracies) {
    return Arrays.stream(accuracies)
        .<JsonNode>mapToObj(
            value ->
                JsonNodeFactory.instance.objectNode().put("accuracy", value).put("parameters", 9))
        .toList();
  }

  private static Verdict main(double[] ninformer, double[] mixer, double[] deep)
      throws IOException {
    Finding finding = results(ninformer, mixer, deep).main();
    assertThat(finding.main()).isTrue();
    return finding.verdict();
  }

  @Test
  void theClaimHoldsOnlyAgainstBothMixers() throws IOException {
    double[] low = {90, 91, 92};
    double[] high = {91, 92, 93};
    double[] between = {90.4, 91.4, 92.4};
    assertThat(main(high, low, between)).isEqualTo(Verdict.HOLDS);
    assertThat(main(high, low, high)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main(between, low, low)).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(main(between, low, high)).isEqualTo(Verdict.FAILS);
  }

  @Test
  void fewerThanThreeSeedsShowNothing() throws IOException {
    Finding finding =
        results(new double[] {99, 99}, new double[] {50, 50}, new double[] {50, 50}).main();
    assertThat(finding.verdict()).isEqualTo(Verdict.DOES_NOT_SHOW);
    assertThat(finding.reasons()).contains("A verdict needs at least 3 seeds, this run had 2.");
  }

  @Test
  void theDeepMixerHasAboutAsManyParameters() {
    for (Scale scale : List.of(Scale.QUICK, Scale.FULL)) {
      NinFormerSettings settings = NinFormerSettings.of(scale);
      assertSimilar(settings.digits(), settings.digits().network(1, 8, 8, 10));
      assertSimilar(settings.cifar10(), settings.cifar10().network(3, 32, 32, 10));
    }
  }

  private static void assertSimilar(NinFormerSettings.Task task, NinFormerConfig network) {
    long own = parameters(Variant.NINFORMER, task, network);
    long deep = parameters(Variant.DEEP_MIXER, task, network);
    assertThat((double) deep / own).isBetween(0.9, 1.2);
    assertThat(parameters(Variant.MIXER, task, network)).isLessThan(own);
  }

  private static long parameters(
      Variant variant, NinFormerSettings.Task task, NinFormerConfig network) {
    try (var model = variant.create(variant.config(task, network), new Rng(1))) {
      return model.parameterCount();
    }
  }

  @Test
  void networksForDigitsHaveTheKnownParameters() {
    NinFormerSettings.Task task = NinFormerSettings.of(Scale.QUICK).digits();
    NinFormerConfig network = task.network(1, 8, 8, 10);
    assertThat(parameters(Variant.NINFORMER, task, network)).isEqualTo(14_562);
    assertThat(parameters(Variant.MIXER, task, network)).isEqualTo(8_514);
    assertThat(parameters(Variant.DEEP_MIXER, task, network)).isEqualTo(16_658);
  }

  @Test
  void attentionIsTheCheaperOneForSmallImagesOnly() {
    ComputeCost cost = ComputeCost.measure();
    ComputeCost.Row first = cost.rows().get(0);
    assertThat(first.tokens()).isEqualTo(64);
    assertThat(first.ninformer()).isGreaterThan(first.vit());
    assertThat(cost.finding().verdict()).isEqualTo(Verdict.FAILS);
    ComputeCost.Row last = cost.rows().get(cost.rows().size() - 1);
    assertThat(last.tokens()).isEqualTo(1024);
    assertThat(last.ninformer()).isLessThan(last.vit());
  }

  @Test
  void trainingAndTestImagesOfTheDigitsAreDisjoint() throws IOException {
    Arena arena = Arena.load(DataSets.standard(), "digits", NinFormerSettings.of(Scale.QUICK));
    assertThat(arena.train().size()).isEqualTo(600);
    assertThat(arena.test().size()).isEqualTo(1197);
  }

  @Test
  void settingsCanBeChanged() {
    assertThat(Configs.with(SMOKE, Map.of("digits.epochs", "1", "seeds", "1")).digits().epochs())
        .isEqualTo(1);
    assertThatThrownBy(() -> Configs.with(SMOKE, Map.of("data", "digits,digits")))
        .hasMessageContaining("each data set at most once");
    assertThatThrownBy(() -> Configs.with(SMOKE, Map.of("digits.train", "10")))
        .hasMessageContaining("a task needs a batch of training images");
  }
}
