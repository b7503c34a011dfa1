package dev.melange.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * A block of addresses, such as {@code 10.0.0.0/8}, {@code 127.0.0.1} or {@code fd00::/8}.
 *
 * @param address an address of it
 * @param bits how many of its leading bits all addresses share
 */
public record Network(InetAddress address, int bits) {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]{2,45}");

  /**
   * Reads a block.
   *
   * @throws IllegalArgumentException if it is of another form; names are never looked up
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
    String bits = slash < 0 ? "" : text.substring(slash + 1);
    if (address == null || (slash >= 0 && !bits.matches("\\d{1,3}"))) {
      throw new IllegalArgumentException(
          "'%s' is no network; expected such as 127.0.0.1 or 10.0.0.0/8"
              .formatted(Params.shortened(text)));
    }
    int most = address.getAddress().length * 8;
    int shared = slash < 0 ? most : Integer.parseInt(bits);
    if (shared > most) {
      throw new IllegalArgumentException(
          "'%s' has %d bits, expected at most %d".formatted(text, shared, most));
    }
    return new Network(address, shared);
  }

  /** The address that is written out; null for what is none, names included. */
  static InetAddress literal(String text) {
    boolean written =
        IPV4.matcher(text).matches() || (text.contains(":") && IPV6.matcher(text).matches());
    try {
      return written ? InetAddress.getByName(text) : null;
    } catch (UnknownHostException e) {
      return null; // such as 1.2.3.999, which is no address either
    }
  }

  /** Whether an address is in the block. */
  boolean contains(InetAddress other) {
    byte[] ours = address.getAddress();
    byte[] theirs = other.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((ours[bit / 8] ^ theirs[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
