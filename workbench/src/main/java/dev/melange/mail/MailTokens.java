package dev.melange.mail;

import dev.melange.store.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes and checks what links in mails carry, by a secret of this installation. */
public final class MailTokens {
  private static final int BYTES = 32;

  private final byte[] secret;

  private MailTokens(byte[] secret) {
    this.secret = secret.clone();
  }

  /**
   * With the secret in a file, which only its owner can read; made if it is not there.
   *
   * @throws IOException if it cannot be read or made
   */
  public static MailTokens load(Path file) throws IOException {
    try {
      return new MailTokens(read(file));
    } catch (NoSuchFileException e) {
      byte[] fresh = new byte[BYTES];
      new SecureRandom().nextBytes(fresh);
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "secret", ".part");
      if (Files.getFileStore(part).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
      }
      Files.write(part, fresh);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      return new MailTokens(read(file));
    }
  }

  private static byte[] read(Path file) throws IOException {
    byte[] secret = Files.readAllBytes(file);
    if (secret.length != BYTES) {
      throw new IOException(
          "%s has %d bytes, expected %d; restore it from a backup, or delete it (links in mails"
                  .formatted(file, secret.length, BYTES)
              + " sent so far then no longer work)");
    }
    return secret;
  }

  /** A new token for one use; only its hash is stored. */
  String fresh() {
    return Secrets.fresh();
  }

  /** What is stored of a token. */
  static String hash(String token) {
    return Secrets.hash(token);
  }

  /** What is stored of an address or of where a request came from. */
  String keyed(String purpose, String text) {
    return HexFormat.of().formatHex(mac(purpose + "\n" + text));
  }

  /** A subscriber's token for leaving, the same for ever; it is good for nothing else. */
  String leave(long subscriber) {
    return subscriber + "-" + HexFormat.of().formatHex(mac("leave\n" + subscriber), 0, 20);
  }

  /** Whose token this is; nobody's if it was not made here. Case does not matter. */
  OptionalLong subscriber(String token) {
    int dash = token.indexOf('-');
    if (dash < 1 || dash > 18 || !token.substring(0, dash).matches("\\d+")) {
      return OptionalLong.empty();
    }
    long id = Long.parseLong(token.substring(0, dash));
    byte[] expected = leave(id).getBytes(StandardCharsets.UTF_8);
    byte[] actual = token.toLowerCase(java.util.Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected, actual) ? OptionalLong.of(id) : OptionalLong.empty();
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK lacks HMAC-SHA-256", e);
    }
  }
}
