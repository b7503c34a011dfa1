package dev.melange.web;

import dev.melange.store.PaperQuery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Places in a list as opaque, signed texts: what was not given out here is refused. */
final class Cursors {
  private static final int PLACE = 16;
  private static final int SIGNATURE = 16;

  private final SecretKeySpec key;

  Cursors(byte[] secret) {
    this.key = new SecretKeySpec(secret, "HmacSHA256");
  }

  String text(PaperQuery.Place place) {
    byte[] bytes =
        ByteBuffer.allocate(PLACE)
            .putLong(place.published().toEpochDay())
            .putLong(place.id())
            .array();
    ByteBuffer signed = ByteBuffer.allocate(PLACE + SIGNATURE).put(bytes).put(signature(bytes));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(signed.array());
  }

  PaperQuery.Place place(String text) {
    byte[] signed;
    try {
      signed = Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw notOurs();
    }
    byte[] bytes = Arrays.copyOf(signed, PLACE);
    if (signed.length != PLACE + SIGNATURE
        || !MessageDigest.isEqual(
            signature(bytes), Arrays.copyOfRange(signed, PLACE, PLACE + SIGNATURE))) {
      throw notOurs();
    }
    ByteBuffer place = ByteBuffer.wrap(bytes);
    return new PaperQuery.Place(LocalDate.ofEpochDay(place.getLong()), place.getLong());
  }

  private static RequestException notOurs() {
    return RequestException.bad("the cursor was not given out here; begin without one");
  }

  private byte[] signature(byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return Arrays.copyOf(mac.doFinal(bytes), SIGNATURE);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }
}
