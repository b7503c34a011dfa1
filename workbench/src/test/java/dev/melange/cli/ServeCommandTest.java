package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
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
    ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(Main.class, args));
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

  /** Safe by refusal: a page for others has an owner, and an address that can be trusted. */
  @Test
  void refusesPagesForOthersThatWouldNotBeSafe() {
    refuses("the base URL is not given, but readers sign in", "--host", "0.0.0.0");
    refuses(
        "the base URL is 'http://papers.example.org'", "--base-url", "http://papers.example.org");
    refuses("links in mails need a fixed address", "--port", "0");
    refuses("--runs is 'all', expected one of member, curator, owner, nobody", "--runs", "all");
    refuses("'proxy' is no network", "--proxy", "proxy");
    refuses("the limits are 600, 60, 0 and 20", "--writes-a-minute", "0");
    TestConsole console = new TestConsole();
    assertThat(console.run("serve", "--owner", "ada@example.org")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains("--owner is for pages that others reach; add --public");
  }

  private static void refuses(String reason, String... options) {
    List<String> arguments = new ArrayList<>(List.of("serve", "--public"));
    arguments.addAll(List.of(options));
    TestConsole console = new TestConsole();
    assertThat(console.run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(console.err()).contains(reason);
  }

  @Test
  void servesOthersOnceItHasAnOwnerWhoCanSignIn() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    String[] options = {
      "serve", "--public", "--port", Integer.toString(port), "--proxy", "127.0.0.1"
    };
    Process none = start(options);
    assertThat(none.waitFor()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(Files.readString(home.resolve("err-serve")))
        .contains("the page has no owner who could sign in; name one with --owner MAIL (once)");
    List<String> named = new ArrayList<>(List.of(options));
    named.addAll(List.of("--owner", "ada@example.org", "--newcomers", "nobody"));
    Process server = start(named.toArray(String[]::new));
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
      String url = out.readLine().replaceFirst("Daily Papers at (\\S+) .*", "$1");
      HttpClient client = HttpClient.newHttpClient();
      int status =
          client
              .send(
                  HttpRequest.newBuilder(URI.create(url + "/sign-in"))
                      .header("Content-Type", "application/x-www-form-urlencoded")
                      .POST(HttpRequest.BodyPublishers.ofString("email=ada%40example.org"))
                      .build(),
                  BodyHandlers.ofString())
              .statusCode();
      assertThat(status).isEqualTo(202);
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      // Without a mail server the link lies in the outbox, complete before the server has ended.
      assertThat(home.resolve("page/outbox/sign-in")).isDirectoryContaining("glob:**.eml");
    } finally {
      server.destroyForcibly();
    }
  }
}
