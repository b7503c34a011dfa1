package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SummaryCommandTest {
  private final TestConsole console = new TestConsole();

  @Test
  void showsLayersAndTotals() {
    assertThat(console.run("summary", "poolformer_s12", "--input", "3x224x224")).isZero();
    assertThat(console.out())
        .startsWith("poolformer_s12, input x [1, 3, 224, 224]")
        .containsPattern("network\\.0\\.1 +│ MetaFormerBlock │ \\[1, 64, 56, 56\\]")
        .doesNotContain("network.0.1.norm1")
        .endsWith("11,915,176 parameters (45.5 MiB in float32), 1.81 G MACs\n");
    assertThat(console.err()).isEmpty();
  }

  @Test
  void printsJson() throws Exception {
    assertThat(console.run("summary", "mixer_s32", "--json", "--depth", "1")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.at("/inputs/x").toString()).isEqualTo("[1,3,224,224]");
    JsonNode first = json.at("/layers/0");
    assertThat(first.get("path").asText()).isEmpty();
    assertThat(first.get("output").toString()).isEqualTo("[1,1000]");
    assertThat(first.get("macs")).isEqualTo(json.get("macs"));
    assertThat(json.get("layers").findValuesAsText("depth")).contains("1").doesNotContain("2");
  }

  @Test
  void takesOtherSizes() throws Exception {
    String[] small = {"summary", "mixer_s16", "--set", "img_size=64", "--depth", "0", "--json"};
    assertThat(console.run(small)).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.at("/inputs/x").toString()).isEqualTo("[1,3,64,64]");
    assertThat(json.get("parameters").asLong()).isEqualTo(17_789_544);
    assertThat(console.run("summary", "poolformer_s12", "--input", "3x64x64", "--depth", "0"))
        .isZero();
    assertThat(console.out()).contains("[1, 3, 64, 64]").hasLineCount(2);
  }

  private void refuses(String message, String... args) {
    assertThat(console.run(args)).isEqualTo(2);
    assertThat(console.err()).startsWith("error: ").contains(message).hasLineCount(1);
    assertThat(console.out()).isEmpty();
  }

  @Test
  void refusesWhatDoesNotFit() {
    refuses("did you mean 'poolformer_s12'", "summary", "poolformer_s21");
    refuses("got '3x-1'", "summary", "poolformer_s12", "--input", "3x-1");
    refuses("images [B, 3, H, W]", "summary", "poolformer_s12", "--input", "1x32x32");
    refuses("x_enc [1, 96, 7]", "summary", "timemixer_etth1_96", "--input", "96x7");
    refuses("--depth must be at least 0", "summary", "poolformer_s12", "--depth", "-1");
    refuses("num_clases", "summary", "poolformer_s12", "--set", "num_clases=3");
  }
}
