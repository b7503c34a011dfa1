package dev.melange.data;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Text of files: strict UTF-8, and the separator of tables. */
public final class TextFile {
  private static final Pattern LINE = Pattern.compile("\\R");
  // Half of what a Java string can hold; larger tables need another tool.
  private static final int MAX_BYTES = 1 << 30;

  private TextFile() {}

  /**
   * The whole text, plain or gzip, without a byte order mark.
   *
   * @throws DataException if it is not UTF-8 or holds zero bytes (gives the offset), or is larger
   *     than 1 GiB
   */
  public static String read(Source source) throws IOException {
    byte[] bytes;
    try (InputStream in = source.open()) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new DataException(
          "%s is larger than %,d bytes; cut it into parts".formatted(source.name(), MAX_BYTES));
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw notUtf8(source.name(), bytes, in.position(), result);
    }
    out.flip();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        throw new DataException(
            "%s is not text: byte 0x00 at offset %,d; is it another kind of file, or UTF-16?"
                .formatted(source.name(), i));
      }
    }
    return out.length() > 0 && out.charAt(0) == '\ufeff'
        ? out.subSequence(1, out.length()).toString()
        : out.toString();
  }

  private static DataException notUtf8(String name, byte[] bytes, int offset, CoderResult result) {
    CharacterCodingException cause = null;
    try {
      result.throwException();
    } catch (CharacterCodingException e) {
      cause = e;
    }
    return new DataException(
        "%s is not UTF-8 text: byte 0x%02x at offset %,d; convert it to UTF-8"
            .formatted(name, bytes[offset], offset),
        cause);
  }

  /**
   * Reads a text as a table: the separator is found from the first line; empty lines are skipped,
   * rows of any length are let through for the caller to judge.
   */
  public static CsvReader<CsvRecord> csv(String text) {
    return CsvReader.builder()
        .fieldSeparator(separator(text))
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .ofCsvRecord(text);
  }

  /** The separator of a table: whichever of tab, semicolon and comma its first line has most. */
  static char separator(String text) {
    String[] lines = LINE.split(text.length() > 1 << 16 ? text.substring(0, 1 << 16) : text, 2);
    char best = ',';
    long most = 0;
    for (char candidate : new char[] {',', ';', '\t'}) {
      long count = lines[0].chars().filter(c -> c == candidate).count();
      if (count > most) {
        best = candidate;
        most = count;
      }
    }
    return best;
  }
}
