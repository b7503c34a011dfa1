package dev.melange.browser;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.melange.ChildJvm;
import dev.melange.TestFolders;
import dev.melange.cli.Main;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@code melange serve} as users start it, for all tests of a class: on a home of its own and with
 * a real mail server.
 */
final class ServedPage implements BeforeAllCallback, AfterAllCallback {
  private static final int MAIL_MILLIS = 20_000;

  private final List<String> options;
  private final GreenMail mail = new GreenMail(ServerSetup.SMTP.dynamicPort());
  private Path home;
  private String url;
  private Process process;

  /**
   * A page that is not served yet.
   *
   * @param options of {@code melange serve}; each {@code {url}} becomes the page's address
   */
  ServedPage(String... options) {
    this.options = List.of(options);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    home = Files.createTempDirectory("melange-served");
    mail.start();
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    url = "http://127.0.0.1:" + port;
    List<String> arguments = new ArrayList<>(List.of("serve", "--port", Integer.toString(port)));
    for (String option : options) {
      arguments.add(option.replace("{url}", url));
    }
    process = melange(arguments).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.contains(url)) {
      throw new IOException("the page did not start: " + line + "\n" + log());
    }
  }

  private ProcessBuilder melange(List<String> arguments) {
    List<String> command =
        ChildJvm.command(
            List.of("-XX:+UseSerialGC", "-Xmx600m", "-Djava.awt.headless=true"),
            Main.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("MELANGE_HOME", home.toString());
    builder.environment().put("MELANGE_SMTP", "smtp+plain://127.0.0.1:" + mail.getSmtp().getPort());
    builder.environment().remove("MELANGE_DB");
    return builder.redirectError(
        ProcessBuilder.Redirect.appendTo(home.resolve("errors.txt").toFile()));
  }

  private String log() throws IOException {
    return Files.readString(home.resolve("errors.txt"));
  }

  /** Its address, without a slash at the end. */
  String url() {
    return url;
  }

  /** Runs another command on the same home, as a second process, and returns what it printed. */
  String command(String... arguments) throws IOException, InterruptedException {
    Process other = melange(List.of(arguments)).start();
    String printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (other.waitFor() != 0) {
      throw new IOException(List.of(arguments) + " failed: " + printed + log());
    }
    return printed;
  }

  /** Waits for the n-th mail since the start, counted from 1. */
  MimeMessage mail(int number) {
    if (!mail.waitForIncomingEmail(MAIL_MILLIS, number)) {
      throw new IllegalStateException(
          "%d mails came, expected %d".formatted(mail.getReceivedMessages().length, number));
    }
    return mail.getReceivedMessages()[number - 1];
  }

  /** The plain text of a mail. */
  static String text(MimeMessage message) throws IOException, MessagingException {
    if (message.getContent() instanceof Multipart parts) {
      for (int i = 0; i < parts.getCount(); i++) {
        BodyPart part = parts.getBodyPart(i);
        if (part.isMimeType("text/plain")) {
          return part.getContent().toString();
        }
      }
      throw new IllegalStateException("the mail has no plain text");
    }
    return message.getContent().toString();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
    try {
      if (process != null) {
        end();
      }
    } finally {
      mail.stop();
      if (home != null) {
        TestFolders.delete(home);
      }
    }
  }

  private void end() throws IOException, InterruptedException {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException("the page did not end within a minute: " + log());
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
