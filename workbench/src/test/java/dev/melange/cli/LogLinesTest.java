package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the application's own configuration writes. */
class LogLinesTest {
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  private PatternLayoutEncoder encoder;

  @BeforeEach
  void configure() throws Exception {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogLinesTest.class.getResource("/logback.xml"));
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("STDERR");
    encoder = (PatternLayoutEncoder) console.getEncoder();
    context.getLogger("ROOT").detachAppender(console);
    events.setContext(context);
    events.start();
    context.getLogger("ROOT").addAppender(events);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private String line(String message, Throwable thrown) {
    context.getLogger("dev.melange.Test").error(message, thrown);
    byte[] line = encoder.encode(events.list.get(events.list.size() - 1));
    return new String(line, StandardCharsets.UTF_8);
  }

  @Test
  void namesNoAddressesAndNoTokens() {
    String secret = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
    assertThat(
            line("550 <mae+x@mail.example.org>: no such user; GET /sign-in/link?t=" + secret, null))
        .contains("550 <ADDRESS>: no such user; GET /sign-in/link?t=SECRET")
        .doesNotContain("example.org", secret);
    assertThat(line("POST /u/12-" + secret + " failed", null)).contains("POST /u/SECRET failed");
    assertThat(line("Authorization: Bearer mlg_" + secret, null)).contains("Bearer mlg_SECRET");
    assertThat(line("ordinary: 3 of 4 at 10 m/s", null)).endsWith("ordinary: 3 of 4 at 10 m/s\n");
  }

  @Test
  void namesNoneInExceptionsEither() {
    String line =
        line(
            "failed",
            new IllegalStateException(
                "arguments: email=mae@example.org", new IllegalArgumentException("x?t=abcdef")));
    assertThat(line)
        .contains("IllegalStateException: arguments: email=ADDRESS", "x?t=SECRET", "\tat ")
        .doesNotContain("mae@", "abcdef");
  }
}
