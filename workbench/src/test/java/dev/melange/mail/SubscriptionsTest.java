package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** From the wish for digests to the end of it, through a real SMTP server. */
class SubscriptionsTest extends MailFixture {
  @Test
  void sendsNothingBeforeTheAddressIsConfirmed() throws Exception {
    listCards();
    ask("Reader@Example.ORG", DAILY);
    assertThat(server.getReceivedMessages()).hasSize(1);
    assertThat(state("reader@example.org")).isEqualTo("pending");
    now = now.plus(Duration.ofDays(1));
    assertThat(new DigestPlanner(database, clock).plan()).isZero();
    String token = token(server.getReceivedMessages()[0]);
    try (Subscriptions subscriptions = subscriptions()) {
      String changed = (token.charAt(0) == 'A' ? 'B' : 'A') + token.substring(1);
      assertThat(subscriptions.confirm(changed, "ip")).isFalse();
      assertThat(subscriptions.confirm(token, "ip")).isTrue();
      assertThat(subscriptions.confirm(token, "ip")).as("used").isFalse();
    }
    assertThat(state("reader@example.org")).isEqualTo("active");
    ask("reader@example.org", DAILY);
    assertThat(server.getReceivedMessages()[1].getSubject()).contains("already subscribed");
    List<String> columns =
        database.read(
            db ->
                db.createQuery("select * from subscriber")
                    .mapToMap()
                    .list()
                    .toString()
                    .lines()
                    .toList());
    assertThat(columns.toString()).doesNotContain(token);
  }

  @Test
  void letsTokensExpireAndLimitsMails() throws Exception {
    ask("reader@example.org", DAILY);
    String old = token(server.getReceivedMessages()[0]);
    ask("reader@example.org", DAILY);
    try (Subscriptions subscriptions = subscriptions()) {
      assertThat(subscriptions.confirm(old, "ip")).as("replaced").isFalse();
    }
    ask("reader@example.org", DAILY);
    ask("reader@example.org", DAILY);
    assertThat(server.getReceivedMessages()).as("three a day").hasSize(3);
    String last = token(server.getReceivedMessages()[2]);
    now = now.plus(Duration.ofHours(49));
    try (Subscriptions subscriptions = subscriptions()) {
      assertThat(subscriptions.confirm(last, "ip")).as("expired").isFalse();
    }
  }

  @Test
  void leavesWithOneClickAndSkipsWhatIsQueued() throws Exception {
    subscribed("reader@example.org", DAILY);
    now = now.plus(Duration.ofMinutes(1));
    list("One", "Text.");
    now = Instant.parse("2026-03-02T08:01:00Z");
    new DigestPlanner(database, clock).plan();
    String token = tokens.leave(1);
    try (Subscriptions subscriptions = subscriptions()) {
      assertThat(subscriptions.leave(token + "0")).isFalse();
      assertThat(subscriptions.leave("2" + token.substring(1))).isFalse();
      assertThat(subscriptions.leave(token)).isTrue();
      assertThat(subscriptions.leave(token)).as("again").isTrue();
    }
    assertThat(state("reader@example.org")).isEqualTo("unsubscribed");
    assertThat(outbox(smtp()).send(100)).isEqualTo(new Outbox.Report(0, 0, 1, 0));
    assertThat(server.getReceivedMessages()).hasSize(1);
  }

  @Test
  void forgetsAnAddressAndNeverWritesToItAgain() throws Exception {
    subscribed("reader@example.org", DAILY);
    try (Subscriptions subscriptions = subscriptions()) {
      subscriptions.erase(MailAddress.parse("reader@example.org"));
    }
    ask("reader@example.org", DAILY);
    assertThat(server.getReceivedMessages()).hasSize(1);
    assertThat(state("reader@example.org")).isEqualTo("unknown");
  }
}
