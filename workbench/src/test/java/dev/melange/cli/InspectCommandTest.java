package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.gpt.CharGpt;
import dev.melange.papers.gpt.CharGptRecipe;
import dev.melange.papers.gpt.CharGptStore;
import dev.melange.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  private static final String TEXT = "A cat sat on a mat.\n".repeat(20);

  private final TestConsole console = new TestConsole();
  @TempDir private Path folder;
  private String model;
  private String text;

  @BeforeEach
  void write() throws IOException {
    CharGptRecipe recipe = new CharGptRecipe(16, 8, 2, 2, 1, 1, 1e-3);
    try (CharGpt tiny = new CharGpt(recipe.config(TEXT), new Rng(1))) {
      CharGptStore.History history =
          new CharGptStore.History(List.of(1L), List.of(3.0), List.of(3.0));
      var key = new CharGptStore.Key(recipe, "cats.txt", "0", 1);
      model = new CharGptStore(folder).keep(key, tiny, history).toString();
    }
    text = file("cats.txt", TEXT);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private int inspect(String... more) {
    String out = folder.resolve("out").toString();
    List<String> args = new java.util.ArrayList<>(List.of("inspect", "--model", model));
    args.addAll(List.of("--text", text, "--features", "3", "--iterations", "5", "--out", out));
    args.addAll(List.of(more));
    return console.run(args.toArray(String[]::new));
  }

  @Test
  void printsFeaturesAndWritesTheReport() throws IOException {
    assertThat(inspect()).as(console.err()).isZero();
    assertThat(console.out()).contains("layer 0", "strongest context", "report.html");
    assertThat(Files.readString(folder.resolve("out/report.html"))).contains("Features of");
    assertThat(folder.resolve("out/features.json")).isRegularFile();
  }

  @Test
  void printsJson() throws IOException {
    assertThat(inspect("--json", "--steer", "1", "--strength", "2", "--prompt", "A cat")).isZero();
    JsonNode json = new ObjectMapper().readTree(console.out());
    assertThat(json.get("features")).hasSize(3);
    assertThat(json.at("/steered/before").asText()).startsWith("A cat");
    assertThat(json.at("/steered/alpha").asDouble()).isEqualTo(2);
    assertThat(console.err()).isEmpty();
  }

  private void refuses(String message, String... more) {
    assertThat(inspect(more)).isEqualTo(2);
    assertThat(console.err()).startsWith("error: ").contains(message).hasLineCount(1);
    assertThat(console.out()).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void refusesWhatItCannotUse() throws IOException {
    refuses("layers 0 to 1, got layer 5", "--layer", "5");
    refuses("numbered 0 to 2, got feature 9", "--steer", "9");
    refuses("give --steer FEATURE", "--prompt", "A cat");
    refuses("'Z' (U+005A)", "--steer", "0", "--prompt", "Zebra");
    refuses("features, iterations, top and tokens must be at least 1", "--top", "0");
    refuses("sparsity must lie in (0, 1]", "--sparsity", "2");
  }

  private void refusesText(String message, String content) throws IOException {
    text = file("given.txt", content);
    refuses(message);
  }

  @Test
  void refusesTextsItCannotRead() throws IOException {
    refusesText("is empty", "");
    refusesText("is empty", " \n ");
    refusesText("not text: byte 0x00 at offset 3", "abc\0def");
    refusesText("too few for 3 features, which need 30", "A cat");
    Path binary = Files.write(folder.resolve("image.bin"), new byte[] {(byte) 0x89, 'P', 'N'});
    text = binary.toString();
    refuses("is not UTF-8 text");
    text = folder.resolve("absent.txt").toString();
    refuses("does not exist");
  }

  @Test
  void refusesModelsItDoesNotKnow() {
    model = "gpt-smal";
    refuses("did you mean 'gpt-small'");
    model = text;
    refuses("cats.txt");
  }
}
