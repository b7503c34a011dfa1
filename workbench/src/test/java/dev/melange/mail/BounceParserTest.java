package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.mail.BounceReport.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T22. */
class BounceParserTest {
  private static final String TOKEN = "7-" + "0123456789".repeat(4);

  private static BounceReport parse(String mail) throws IOException {
    String lines = mail.replace("\n", "\r\n");
    return BounceParser.parse(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
  }

  private static String dsn(String to, String action, String status) {
    return """
        From: mailer-daemon@mx.example
        To: %s
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="x"

        --x
        Content-Type: text/plain

        Sorry, bounce+8-%s@elsewhere could not be reached.
        --x
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822; somebody@mx.example
        Action: %s
        Status: %s
        Diagnostic-Code: smtp; 550 no
          such user

        --x--
        """
        .formatted(to, "f".repeat(40), action, status);
  }

  @ParameterizedTest
  @CsvSource({
    "failed, 5.1.1, HARD",
    "failed, 5.2.2, SOFT",
    "failed, 5.7.1, SOFT",
    "failed, 4.4.7, SOFT",
    "delayed, 4.4.1, SOFT",
    "relayed, 2.1.9, NONE",
    "delivered, 2.1.5, NONE",
    "failed, '5.1.1 (unknown user)', HARD"
  })
  void readsDeliveryReports(String action, String status, Kind kind) throws IOException {
    BounceReport report = parse(dsn("bounce+" + TOKEN + "@daily.example", action, status));
    assertThat(report.kind()).isEqualTo(kind);
    assertThat(report.token()).isEqualTo(TOKEN);
  }

  @Test
  void believesTheAddressAloneNotTheText() throws IOException {
    BounceReport report = parse(dsn("postmaster@daily.example", "failed", "5.1.1"));
    assertThat(report.kind()).isEqualTo(Kind.NONE);
    assertThat(report.token()).isNull();
  }

  @Test
  void readsComplaints() throws IOException {
    String complaint =
        """
        To: bounce+%s@daily.example
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="x"

        --x
        Content-Type: text/plain

        A reader complained.
        --x
        Content-Type: message/feedback-report

        Feedback-Type: %s
        User-Agent: Filter/1.0
        Version: 1

        --x--
        """;
    assertThat(parse(complaint.formatted(TOKEN, "abuse")).kind()).isEqualTo(Kind.COMPLAINT);
    assertThat(parse(complaint.formatted(TOKEN, "not-spam")).kind()).isEqualTo(Kind.NONE);
  }

  @Test
  void readsRequestsToLeaveAndIgnoresAbsenceNotes() throws IOException {
    assertThat(parse("To: unsubscribe+" + TOKEN + "@daily.example\nSubject: unsubscribe\n\n\n"))
        .isEqualTo(new BounceReport(Kind.UNSUBSCRIBE, TOKEN, "by mail"));
    String away =
        "To: bounce+" + TOKEN + "@daily.example\nAuto-Submitted: auto-replied\n\nI am away.\n";
    assertThat(parse(away).kind()).isEqualTo(Kind.NONE);
  }

  @Test
  void survivesNonsense() throws IOException {
    assertThat(parse("").kind()).isEqualTo(Kind.NONE);
    assertThat(parse("\u0000\u0001\n\n--x").kind()).isEqualTo(Kind.NONE);
    assertThatThrownBy(() -> parse("x".repeat(2 << 20)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 1 MiB");
  }
}
