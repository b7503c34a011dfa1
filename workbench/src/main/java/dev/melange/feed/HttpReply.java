package dev.melange.feed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An answer in HTTP/1.1, read with bounds on everything.
 *
 * @param status the status
 * @param headers by name in lower case; of several of a name the first
 * @param body the bytes
 */
record HttpReply(int status, Map<String, String> headers, byte[] body) {
  private static final int MAX_LINE = 16 << 10;
  private static final int MAX_HEADERS = 200;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: .*)?");

  /** Sends a request and reads the answer. */
  static HttpReply exchange(Socket socket, String request, int maxBytes, long deadline)
      throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    Reader in = new Reader(socket, deadline);
    Matcher status = STATUS.matcher(in.line());
    if (!status.matches()) {
      throw new IOException("the source does not speak HTTP/1.1");
    }
    Map<String, String> headers = new HashMap<>();
    for (String line = in.line(); !line.isEmpty(); line = in.line()) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() >= MAX_HEADERS) {
        throw new IOException("the source sends headers that are none, or too many");
      }
      headers.putIfAbsent(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    int code = Integer.parseInt(status.group(1));
    boolean empty = code == 304 || code == 204;
    return new HttpReply(code, headers, empty ? new byte[0] : in.body(headers, maxBytes));
  }

  String header(String name) {
    return headers.get(name);
  }

  Fetched fetched(Instant now) {
    return new Fetched(
        status,
        body,
        header("content-type"),
        header("etag"),
        header("last-modified"),
        retryAfter(header("retry-after"), now));
  }

  /** Seconds or an HTTP date; null for neither. */
  static Duration retryAfter(String text, Instant now) {
    if (text == null) {
      return null;
    }
    if (text.matches("\\d{1,8}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      Instant at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Reads until the deadline, however slowly the bytes come. */
  private static final class Reader {
    private final Socket socket;
    private final InputStream in;
    private final long deadline;

    Reader(Socket socket, long deadline) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.deadline = deadline;
    }

    private int read() throws IOException {
      if (in.available() == 0) {
        socket.setSoTimeout(Fetcher.left(deadline));
      }
      return in.read();
    }

    String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = read(); c != '\n'; c = read()) {
        if (c < 0) {
          throw new EOFException("the source ended its answer too early");
        }
        if (line.length() >= MAX_LINE) {
          throw new IOException("the source sends a line without end");
        }
        line.append((char) c);
      }
      int length = line.length();
      return length > 0 && line.charAt(length - 1) == '\r'
          ? line.substring(0, length - 1)
          : line.toString();
    }

    byte[] body(Map<String, String> headers, int maxBytes) throws IOException {
      String encoding = headers.getOrDefault("content-encoding", "identity");
      if (!encoding.equalsIgnoreCase("identity")) {
        throw new IOException("the source sends " + encoding + ", which was not asked for");
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
        for (int size = chunk(); size > 0; size = chunk()) {
          copy(size, out, maxBytes);
          line();
        }
        return out.toByteArray();
      }
      String length = headers.get("content-length");
      if (length == null) {
        copy(Integer.MAX_VALUE, out, maxBytes);
        return out.toByteArray();
      }
      if (!length.matches("\\d{1,9}")) {
        throw new IOException("the source sends the length '" + length + "'");
      }
      int size = Integer.parseInt(length);
      copy(size, out, maxBytes);
      if (out.size() < size) {
        throw new EOFException(
            "the source ended its answer after %,d of %,d bytes".formatted(out.size(), size));
      }
      return out.toByteArray();
    }

    private int chunk() throws IOException {
      String size = line().split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,7}")) {
        throw new IOException("the source sends a chunk of '" + size + "' bytes");
      }
      return Integer.parseInt(size, 16);
    }

    /** At most so many bytes, or to the end. */
    private void copy(int size, ByteArrayOutputStream out, int maxBytes) throws IOException {
      byte[] buffer = new byte[8192];
      int rest = size;
      while (rest > 0) {
        socket.setSoTimeout(Fetcher.left(deadline));
        int read = in.read(buffer, 0, Math.min(buffer.length, rest));
        if (read < 0) {
          return;
        }
        if (out.size() + read > maxBytes) {
          throw new IOException("the source sends more than %,d bytes".formatted(maxBytes));
        }
        out.write(buffer, 0, read);
        rest -= read;
      }
    }
  }
}
