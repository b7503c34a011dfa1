package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

class MainTest {
  private final TestConsole console = new TestConsole();

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        Set.copyOf(command.getSubcommands().values()).stream().flatMap(MainTest::commands));
  }

  private static Stream<CommandLine> commands() {
    return commands(
        new Main(System.out, System.err, Terminal.NONE, new Cancellation()).commandLine());
  }

  @TestFactory
  Stream<DynamicTest> everyCommandExplainsItselfWithExamplesThatParse() {
    return commands()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getCommandSpec().qualifiedName(), () -> checkHelp(command)));
  }

  private void checkHelp(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    List<String> words = List.of((name + " --help").split(" "));
    assertThat(console.run(words.subList(1, words.size()).toArray(String[]::new))).isZero();
    assertThat(console.err()).isEmpty();
    assertThat(console.out()).startsWith("Usage: " + name).contains("Examples:", "--json");
    assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    List<String> examples =
        console
            .out()
            .lines()
            .dropWhile(line -> !line.equals("Examples:"))
            .filter(line -> line.startsWith("  melange "))
            .toList();
    assertThat(examples.isEmpty()).isEqualTo(name.equals("melange completion"));
    for (String example : examples) {
      // The command ends where two spaces set a remark apart.
      String[] arguments =
          Pattern.compile("[\"']([^\"']*)[\"']|\\S+")
              .matcher(example.strip().split(" {2,}")[0])
              .results()
              .map(word -> word.group(1) == null ? word.group() : word.group(1))
              .toArray(String[]::new);
      CommandLine parser =
          new Main(System.out, System.err, Terminal.NONE, new Cancellation()).commandLine();
      assertThat(parser.parseArgs(Stream.of(arguments).skip(1).toArray(String[]::new)).errors())
          .as(example)
          .isEmpty();
    }
  }

  @Test
  void printsTheHelpWithoutACommand() {
    assertThat(console.run()).isZero();
    assertThat(console.out()).contains("Usage: melange", "Commands:", "doctor");
  }

  @Test
  void helpOfACommandIsThatCommandsHelp() {
    console.run("help", "doctor");
    String help = console.out();
    console.run("doctor", "--help");
    assertThat(help).isEqualTo(console.out());
    assertThat(console.run("help", "docter")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo("error: unknown command 'docter'; did you mean 'doctor'?\n");
  }

  @Test
  void suggestsCommandsAndOptions() {
    assertThat(console.run("docter")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo(
            "error: unknown command 'docter'; did you mean 'doctor'? (see 'melange --help')\n");
    assertThat(console.run("doctor", "--jsno")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo(
            "error: unknown option '--jsno'; did you mean '--json'? (see 'melange doctor --help')\n");
    assertThat(console.out()).isEmpty();
  }

  @Test
  void refusesBadArgumentsInOneLine() {
    assertThat(console.run("completion")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo(
            "error: missing required parameter: 'SHELL' (see 'melange completion --help')\n");
    assertThat(console.run("completion", "fish")).isEqualTo(2);
    assertThat(console.err()).startsWith("error: ").contains("bash", "fish").hasLineCount(1);
    assertThat(console.run("doctor", "now")).isEqualTo(2);
    assertThat(console.err())
        .isEqualTo("error: unexpected argument 'now' (see 'melange doctor --help')\n");
  }

  @Test
  void printsTheVersion() {
    assertThat(console.run("--version")).isZero();
    assertThat(console.out()).startsWith("melange ").contains("Java " + Runtime.version());
  }

  @Test
  void doctorTellsWhatItFound() throws Exception {
    assertThat(console.run("doctor")).isZero();
    assertThat(console.out()).contains("Java", "processors", "MELANGE_HOME", "MELANGE_DATA");
    assertThat(console.run("doctor", "--json")).isZero();
    var json = new ObjectMapper().readTree(console.out());
    assertThat(json.at("/java/version").asText()).isEqualTo(Runtime.version().toString());
    assertThat(json.at("/machine/processors").asInt()).isPositive();
    assertThat(json.at("/folders/MELANGE_HOME").asText()).isNotBlank();
  }

  @Test
  void doctorMeasuresTheMachine() throws Exception {
    assertThat(console.run("doctor", "--bench")).isZero();
    assertThat(console.out()).contains("linear layer", "GFLOP/s", "memory, read + write", "GB/s");
    assertThat(console.run("doctor", "--bench", "--json")).isZero();
    var benchmark = new ObjectMapper().readTree(console.out()).get("benchmark");
    assertThat(benchmark.get("workers").asInt()).isPositive();
    for (String measure : List.of("linear_gflops", "matmul_gflops", "copy_gb_per_s")) {
      for (String scope : List.of("one_worker", "all_workers")) {
        // far from what any processor does on either side: the unit is right
        assertThat(benchmark.get(measure).get(scope).asDouble()).isBetween(0.1, 1e6);
      }
    }
  }

  @Test
  void globalOptionsMayStandBeforeTheCommand() throws Exception {
    assertThat(console.run("--json", "doctor")).isZero();
    assertThat(new ObjectMapper().readTree(console.out()).has("java")).isTrue();
  }
}
