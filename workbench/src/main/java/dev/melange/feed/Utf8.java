package dev.melange.feed;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict decoding of UTF-8. */
final class Utf8 {
  private Utf8() {}

  /**
   * A decoded text.
   *
   * @param text without byte order mark, up to the first malformed byte
   * @param malformedAt where that is; -1 if there is none
   */
  record Decoded(String text, long malformedAt) {}

  static Decoded decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    return new Decoded(
        text.startsWith("\ufeff") ? text.substring(1) : text,
        result.isError() ? in.position() : -1);
  }

  /** Decodes all of a source, refusing it when it is not UTF-8. */
  static String decodeAll(byte[] bytes) {
    Decoded decoded = decode(bytes);
    if (decoded.malformedAt() >= 0) {
      throw new ImportException(
          "byte %d is not UTF-8; convert the file".formatted(decoded.malformedAt()));
    }
    return decoded.text();
  }
}
