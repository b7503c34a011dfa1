package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: a server, and an import into the store that it has open. */
class ServeCommandTest {
  @TempDir private Path home;

  private Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("MELANGE_HOME", home.toString());
    builder.environment().remove("MELANGE_DB");
    return builder.redirectError(home.resolve("err-" + args[0]).toFile()).start();
  }

  @Test
  void servesUntilItIsInterruptedAndSharesItsStore() throws Exception {
    Process server = start("serve", "--port", "0");
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      assertThat(line).startsWith("Daily Papers at http://127.0.0.1:");
      String url = line.replaceFirst("Daily Papers at (\\S+) .*", "$1");
      Path csv =
          Files.writeString(
              home.resolve("papers.csv"),
              "title,date,abstract\nOne more,2026-02-28,About it\nNo date,,\n");
      Process importing = start("papers", "import", csv.toString(), "--json");
      JsonNode report = new ObjectMapper().readTree(importing.getInputStream());
      assertThat(importing.waitFor()).isEqualTo(ExitCode.FAILED);
      assertThat(report.get(0).get("new").asInt()).isEqualTo(1);
      assertThat(report.get(0).get("refused").asInt()).isEqualTo(1);
      assertThat(report.get(0).get("items").get(1).get("notes").get(0).asText())
          .isEqualTo("its date is 'null', expected the form 2025-08-17 or a year");
      String page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/papers/new")).build(),
                  BodyHandlers.ofString())
              .body();
      assertThat(page).contains("One more", "About it");
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isEqualTo(143);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void refusesToBeReachedByOthersWithoutAccounts() {
    TestConsole console = new TestConsole();
    assertThat(console.run("serve", "--host", "0.0.0.0")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err())
        .isEqualTo(
            "error: 0.0.0.0 can be reached from other machines, but the page has no accounts here;"
                + " add --public or use 127.0.0.1\n");
    assertThat(console.run("serve", "--port", "70000")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("the port is 70000, expected 0 to 65535");
  }
}
