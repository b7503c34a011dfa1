package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What comes back from mail servers ends subscriptions. */
class BouncesTest extends MailFixture {
  @Test
  void stopsAfterBouncesAndComplaints() throws Exception {
    Bounces bounces = new Bounces(database, tokens, clock);
    subscribed("hard@example.org", DAILY);
    subscribed("soft@example.org", DAILY);
    subscribed("complaint@example.org", DAILY);
    assertThat(report(bounces, BounceReport.Kind.HARD, 1)).isTrue();
    assertThat(report(bounces, BounceReport.Kind.COMPLAINT, 3)).isTrue();
    for (int day = 0; day < 5; day++) {
      assertThat(state("soft@example.org")).isEqualTo("active");
      assertThat(report(bounces, BounceReport.Kind.SOFT, 2)).isTrue();
      report(bounces, BounceReport.Kind.SOFT, 2);
      now = now.plus(Duration.ofDays(1));
    }
    assertThat(state("hard@example.org")).isEqualTo("bounced");
    assertThat(state("soft@example.org")).isEqualTo("bounced");
    assertThat(state("complaint@example.org")).isEqualTo("complained");
    BounceReport forged = new BounceReport(BounceReport.Kind.HARD, "1-" + "0".repeat(40), "5.1.1");
    assertThat(bounces.apply(forged)).isFalse();
  }

  private boolean report(Bounces bounces, BounceReport.Kind kind, long id) {
    return bounces.apply(new BounceReport(kind, tokens.leave(id), "test"));
  }
}
