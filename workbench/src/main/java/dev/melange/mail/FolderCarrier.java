package dev.melange.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes mails as {@code .eml} files, for installations without a mail server. */
public final class FolderCarrier implements Carrier {
  private final Path folder;

  /** Below a folder, which is made when it is needed. */
  public FolderCarrier(Path folder) {
    this.folder = folder;
  }

  @Override
  public Connection connect() {
    return new Connection() {
      @Override
      public void send(MimeMessage message, String envelopeFrom, String to, String name)
          throws IOException {
        Path file = folder.resolve(name + ".eml");
        Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(file.getParent(), "mail", ".part");
        try {
          try (OutputStream out = Files.newOutputStream(part)) {
            message.writeTo(out);
          } catch (MessagingException e) {
            throw new IOException("a mail cannot be written: " + e.getMessage(), e);
          }
          Files.move(
              part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(part);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String describe() {
    return "no SMTP server is configured; mails are written to " + folder;
  }
}
