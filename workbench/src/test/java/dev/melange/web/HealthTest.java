package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.papers.Cards;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class HealthTest {
  @Test
  void tellsAnybodyThatAllPartsWork() throws Exception {
    try (PublicSite site = new PublicSite()) {
      site.search().awaitReady();
      HttpResponse<String> answer = site.new Browser().get("/healthz");
      assertThat(answer.statusCode()).isEqualTo(200);
      JsonNode health = new ObjectMapper().readTree(answer.body());
      assertThat(health.path("status").asText()).isEqualTo("ok");
      assertThat(health.at("/database/papers").asInt()).isEqualTo(Cards.all().size());
      assertThat(health.at("/index/papers").asInt()).isEqualTo(Cards.all().size());
      assertThat(health.at("/jobs/status").asText()).isEqualTo("ok");
      assertThat(health.at("/jobs/waiting").asInt()).isZero();
      assertThat(health.at("/mail/overdueSeconds").asInt()).isZero();
    }
  }

  @Test
  void tellsWhenTheQueueOfRunsHasStopped() throws Exception {
    try (PublicSite site = new PublicSite()) {
      site.queue().close();
      HttpResponse<String> answer = site.new Browser().get("/healthz");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body())
          .contains("\"status\":\"failing\"", "\"jobs\":{\"waiting\":0,\"status\":\"stopped\"}");
    }
  }

  @Test
  void tellsWhenTheDatabaseIsGone() throws Exception {
    try (PublicSite site = new PublicSite()) {
      site.database().close();
      HttpResponse<String> answer = site.new Browser().get("/healthz");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body())
          .contains("\"database\":{\"status\":\"failing\"}")
          .doesNotContain("Exception");
    }
  }
}
