package dev.melange.mail;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/** Sends mails through an SMTP server. */
public final class SmtpCarrier implements Carrier {
  private static final String TIMEOUT = "20000";

  private final SmtpConfig config;

  /** Through a server. */
  public SmtpCarrier(SmtpConfig config) {
    this.config = config;
  }

  @Override
  public Connection connect() throws IOException {
    Properties properties = new Properties();
    String protocol = config.tls() == SmtpConfig.Tls.FROM_START ? "smtps" : "smtp";
    for (String name : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
      properties.setProperty("mail." + protocol + "." + name, TIMEOUT);
    }
    boolean upgrade = config.tls() == SmtpConfig.Tls.STARTTLS;
    properties.setProperty("mail.smtp.starttls.enable", Boolean.toString(upgrade));
    properties.setProperty("mail.smtp.starttls.required", Boolean.toString(upgrade));
    properties.setProperty("mail." + protocol + ".ssl.checkserveridentity", "true");
    properties.setProperty(
        "mail." + protocol + ".auth", Boolean.toString(!config.user().isEmpty()));
    try {
      Transport transport = Session.getInstance(properties).getTransport(protocol);
      boolean signsIn = !config.user().isEmpty();
      transport.connect(
          config.host(),
          config.port(),
          signsIn ? config.user() : null,
          signsIn ? config.password() : null);
      return new SmtpConnection((SMTPTransport) transport);
    } catch (MessagingException e) {
      throw new IOException("cannot connect to %s: %s".formatted(config, e.getMessage()), e);
    }
  }

  @Override
  public String describe() {
    return "mails are sent through " + config;
  }

  private record SmtpConnection(SMTPTransport transport) implements Connection {
    @Override
    public void send(MimeMessage message, String envelopeFrom, String to, String name)
        throws RefusedException, IOException {
      try {
        SMTPMessage enveloped = new SMTPMessage(message);
        enveloped.setEnvelopeFrom(envelopeFrom);
        transport.sendMessage(enveloped, new Address[] {new InternetAddress(to)});
      } catch (MessagingException e) {
        int code = code(e);
        if (code >= 400) {
          throw new RefusedException(code + " " + e.getMessage(), code >= 500);
        }
        throw new IOException("a mail was lost sight of: " + e.getMessage(), e);
      }
    }

    /** The server's answer; 0 without one. */
    private static int code(MessagingException thrown) {
      for (Exception e = thrown;
          e instanceof MessagingException messaging;
          e = messaging.getNextException()) {
        if (e instanceof SMTPAddressFailedException failed) {
          return failed.getReturnCode();
        }
        if (e instanceof SMTPSendFailedException failed && failed.getNextException() == null) {
          return failed.getReturnCode();
        }
      }
      return thrown instanceof SMTPSendFailedException failed ? failed.getReturnCode() : 0;
    }

    @Override
    public void close() {
      try {
        transport.close();
      } catch (MessagingException e) {
        // What was sent is sent; the server ends the connection by itself.
        org.slf4j.LoggerFactory.getLogger(SmtpCarrier.class).debug("closing failed", e);
      }
    }
  }
}
