package dev.melange.mail;

import jakarta.mail.internet.MimeMessage;
import java.io.IOException;

/** Takes mails away. */
public interface Carrier {
  /** A connection, used by one thread. */
  interface Connection extends AutoCloseable {
    /**
     * Hands over a mail.
     *
     * @param message complete
     * @param envelopeFrom where failures are reported
     * @param to the only recipient
     * @param name of the mail, for carriers that keep files
     * @throws RefusedException if it was refused for certain
     * @throws IOException if it is not known whether it was taken
     */
    void send(MimeMessage message, String envelopeFrom, String to, String name)
        throws RefusedException, IOException;

    @Override
    void close();
  }

  /** A mail that was certainly not taken. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean forEver;

    /**
     * With the answer.
     *
     * @param forEver whether trying again is of no use (SMTP 5xx)
     */
    public RefusedException(String message, boolean forEver) {
      super(message);
      this.forEver = forEver;
    }

    /** Whether trying again is of no use. */
    public boolean forEver() {
      return forEver;
    }
  }

  /**
   * Connects.
   *
   * @throws IOException if that is not possible now; nothing was sent
   */
  Connection connect() throws IOException;

  /** Where mails go, in words. */
  String describe();
}
