package dev.melange.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A local HTTP server that answers as a test tells it, and remembers what was asked. */
final class MischievousServer implements AutoCloseable {
  interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final List<String> ranges = new CopyOnWriteArrayList<>();

  MischievousServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  URI on(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(range == null ? "all" : range);
          try (exchange) {
            answer.to(exchange);
          }
        });
    return URI.create("http://localhost:" + server.getAddress().getPort() + path);
  }

  /** The ranges asked for, {@code all} where none was. */
  List<String> ranges() {
    return ranges;
  }

  /** Serves bytes as a good server does, ranges included. */
  static Answer good(byte[] bytes) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from =
          range == null
              ? 0
              : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      if (from >= bytes.length && from > 0) {
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      if (range != null) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
      exchange.getResponseBody().write(bytes, from, bytes.length - from);
    };
  }

  /** Serves bytes whole, whatever was asked for. */
  static Answer whole(byte[] bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  static Answer redirect(String location) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", location);
      exchange.sendResponseHeaders(302, -1);
    };
  }

  static Answer status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  /** Promises all bytes from the asked place on but breaks off after some. */
  static Answer breakOff(byte[] bytes, int after) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from =
          range == null
              ? 0
              : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      if (range != null) {
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-/");
      }
      exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
      OutputStream out = exchange.getResponseBody();
      out.write(bytes, from, Math.min(after, bytes.length - from));
      out.flush();
    };
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
