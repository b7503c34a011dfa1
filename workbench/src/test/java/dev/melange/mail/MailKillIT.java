package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.melange.ChildJvm;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.TestPapers;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T20 with processes that are killed for real. */
class MailKillIT {
  private static final int KILLS = 20;
  private static final int READERS = 150;
  private static final Instant SUBSCRIBED = Instant.parse("2026-02-28T12:00:00Z");
  private static final Instant FIRST = Instant.parse("2026-03-02T08:01:00Z");

  @TempDir private Path home;

  @Test
  void everyReaderGetsOneDigestOrIsListedHoweverOftenItIsKilled() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    subscribe();
    GreenMail server = new GreenMail(ServerSetup.SMTP.dynamicPort());
    server.start();
    try {
      Instant now = FIRST;
      int before = 0;
      int inTheMiddle = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        killed(server, now, random.nextInt(6), random.nextInt(20));
        int received = server.getReceivedMessages().length;
        inTheMiddle += received > before && received < READERS ? 1 : 0;
        before = received;
        now = now.plus(Duration.ofMinutes(11)); // the leases of who was killed run out
      }
      assertThat(inTheMiddle).as("kills while mails were being sent").isGreaterThan(2);
      Process last = start(server, now);
      assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(last.exitValue()).isZero();
      check(received(server));
    } finally {
      server.stop();
    }
  }

  private void subscribe() throws IOException {
    MailTokens.load(home.resolve("secret"));
    try (Database database = Database.open(DatabaseConfig.file(home))) {
      TestPapers.add(database, "A paper", "2026-02-28");
      database.change(
          db -> {
            for (int i = 0; i < READERS; i++) {
              db.createUpdate(
                      "insert into subscriber (email, email_key, state, frequency, send_hour, zone,"
                          + " topics, last_cut_off, created_at) values (:a, :a, 'active', 'daily',"
                          + " 8, 'UTC', '', :since, :since)")
                  .bind("a", "reader" + i + "@example.org")
                  .bind("since", SUBSCRIBED)
                  .execute();
            }
            db.createUpdate("update paper_stat set listed_at = :at")
                .bind("at", SUBSCRIBED.plusSeconds(60))
                .execute();
          });
    }
  }

  private Process start(GreenMail server, Instant now) throws IOException {
    return new ProcessBuilder(
            ChildJvm.command(
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                MailKillProbe.class.getName(),
                home.toString(),
                Integer.toString(server.getSmtp().getPort()),
                now.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /**
   * Kills a process after so many more mails have come in, and some spins of a loop: at any point
   * of planning, claiming, handing over and noting.
   */
  private void killed(GreenMail server, Instant now, int mails, int spins) throws Exception {
    Process process = start(server, now);
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).startsWith("ready");
      int goal = server.getReceivedMessages().length + mails;
      while (process.isAlive() && server.getReceivedMessages().length < goal) {
        Thread.onSpinWait();
      }
      long until = System.nanoTime() + spins * 200_000L;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      process.toHandle().destroyForcibly();
    }
    process.waitFor();
  }

  private static Map<String, Integer> received(GreenMail server) throws Exception {
    Map<String, Integer> received = new HashMap<>();
    for (MimeMessage mail : server.getReceivedMessages()) {
      received.merge(mail.getAllRecipients()[0].toString(), 1, Integer::sum);
    }
    return received;
  }

  private void check(Map<String, Integer> received) throws IOException {
    assertThat(received.values()).allMatch(count -> count == 1);
    try (Database database = Database.open(DatabaseConfig.file(home))) {
      Map<String, String> states =
          database.read(
              db ->
                  db
                      .createQuery(
                          "select s.email, o.state from subscriber s"
                              + " join outbox o on o.subscriber_id = s.id")
                      .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                      .list()
                      .stream()
                      .collect(
                          HashMap::new, (m, e) -> m.put(e.getKey(), e.getValue()), Map::putAll));
      assertThat(states).hasSize(READERS);
      states.forEach(
          (address, state) -> {
            assertThat(state).as(address).isIn("sent", "uncertain");
            if (state.equals("sent")) {
              assertThat(received).containsKey(address);
            }
          });
      assertThat(states.values().stream().filter("uncertain"::equals).count())
          .as("at most the one that each killed process was at")
          .isLessThanOrEqualTo(KILLS);
    }
  }
}
