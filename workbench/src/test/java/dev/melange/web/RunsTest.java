package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunsTest {
  private TestSite site;

  @BeforeEach
  void start() throws IOException {
    site = new TestSite("dev.melange.jobs.FakeChild");
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private String submit(String form) throws IOException, InterruptedException {
    HttpResponse<String> answer = site.post("/papers/local:metaformer/run", form);
    assertThat(answer.statusCode()).isEqualTo(303);
    return URI.create(answer.headers().firstValue("Location").orElseThrow()).getPath();
  }

  /** Reads server-sent events until the run has ended. */
  private List<String> follow(String run) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient()
            .send(
                site.request(run + "/events").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofInputStream());
    List<String> lines = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }

  @Test
  void runsAStudyAndShowsItLiveWithItsReport() throws Exception {
    String run = submit("scale=quick&seed=4");
    List<String> events = follow(run);
    assertThat(events)
        .anyMatch(line -> line.startsWith("data: {\"event\":\"step\""))
        .containsSubsequence("event: state", "data: done");
    assertThat(site.get(run).body()).contains("metaformer", "holds", "/report");
    HttpResponse<String> report = site.get(run + "/report");
    assertThat(report.body()).contains("Report");
    assertThat(report.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("sandbox;");
    assertThat(site.get("/papers/local:metaformer").body())
        .contains("holds", "77.2", "47.1", "seeds 4 to 6");
    assertThat(
            site.json("/api/papers/local:metaformer")
                .path("melange")
                .path("study")
                .path("verdict")
                .asText())
        .isEqualTo("holds");
    assertThat(site.get("/runs").body()).contains(run);
  }

  @Test
  void cancelsARun() throws Exception {
    String run = submit("scale=quick&seed=7");
    assertThat(site.post(run + "/cancel", "").statusCode()).isEqualTo(303);
    assertThat(follow(run)).last().isNotNull();
    assertThat(site.get(run).body()).containsAnyOf("cancelled", "done");
  }

  @Test
  void refusesRunsThatMakeNoSense() throws Exception {
    String path = "/papers/local:metaformer/run";
    assertThat(site.post(path, "scale=huge").statusCode()).isEqualTo(400);
    assertThat(site.post(path, "seed=-1").statusCode()).isEqualTo(400);
    assertThat(site.post(path, "seed=1;rm").statusCode()).isEqualTo(400);
    assertThat(site.get("/runs/999").statusCode()).isEqualTo(404);
    assertThat(site.get("/runs/..%2f..").statusCode()).isBetween(400, 404);
    assertThat(site.get("/runs/999/events").statusCode()).isEqualTo(404);
  }
}
