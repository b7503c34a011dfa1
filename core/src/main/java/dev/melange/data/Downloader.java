package dev.melange.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Fetches files over HTTP: resumes what was begun, checks size and SHA-256 of the contents, and
 * puts a file in place only when it is whole. Redirects are followed a few times, never from https
 * to http. What was received before an interruption stays in a hidden {@code .part} file.
 */
final class Downloader {
  private static final int ATTEMPTS = 3;
  private static final int REDIRECTS = 5;

  private final int connectMillis;
  private final int readMillis;

  /** A failure that trying the same address again cannot mend. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  Downloader(Duration connectTimeout, Duration readTimeout) {
    this.connectMillis = Math.toIntExact(connectTimeout.toMillis());
    this.readMillis = Math.toIntExact(readTimeout.toMillis());
  }

  /**
   * Fetches a file into a folder.
   *
   * @return where it is now: the file's name, with {@code .gz} if it is gzip
   * @throws IOException if no address gives the right contents; tells what went wrong at each
   */
  Path fetch(SetFile file, Path folder, Progress progress) throws IOException {
    Files.createDirectories(folder);
    Path part = folder.resolve("." + file.name() + ".part");
    boolean gzip;
    try (FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      try (FileLock lock = lock(channel)) {
        if (lock == null) {
          throw new IOException(
              file.name() + " is being fetched by another process; wait until it has finished");
        }
        fetch(file, part, channel, progress);
        channel.force(true);
        gzip = isGzip(channel);
      }
    }
    Path target = folder.resolve(gzip ? file.name() + ".gz" : file.name());
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
    return target;
  }

  private static FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static boolean isGzip(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(2);
    return channel.read(start, 0) == 2 && start.getShort(0) == 0x1f8b;
  }

  private void fetch(SetFile file, Path part, FileChannel channel, Progress progress)
      throws IOException {
    List<String> failures = new ArrayList<>();
    IOException last = null;
    for (URI url : file.urls()) {
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          boolean resumed = transfer(url, file, channel, progress);
          Optional<String> difference = check(part, file);
          if (difference.isEmpty()) {
            return;
          }
          channel.truncate(0);
          String wrong = "the contents are not the expected ones: " + difference.get();
          throw resumed ? new IOException(wrong) : new Refused(wrong);
        } catch (IOException e) {
          last = e;
          failures.add(url + ": " + e.getMessage());
          if (e instanceof Refused) {
            break;
          }
        }
      }
    }
    long kept = channel.size();
    throw new IOException(
        "could not fetch %s (%s)%s"
            .formatted(
                file.name(),
                String.join("; ", failures),
                kept > 0
                    ? "; %,d bytes are kept: run the command again to go on".formatted(kept)
                    : ""),
        last);
  }

  private static Optional<String> check(Path part, SetFile file) throws IOException {
    try {
      return ContentHash.of(Source.of(part)).difference(file);
    } catch (DataException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Receives what is missing; returns whether it went on from an earlier part. */
  private boolean transfer(URI url, SetFile file, FileChannel channel, Progress progress)
      throws IOException {
    long have = channel.size();
    HttpURLConnection connection = connect(url, have);
    try {
      int status = connection.getResponseCode();
      boolean resumed = status == HttpURLConnection.HTTP_PARTIAL && startsAt(connection, have);
      if (status == 416 || (status == HttpURLConnection.HTTP_PARTIAL && !resumed)) {
        channel.truncate(0);
        throw new IOException("the server cannot go on from byte %,d".formatted(have));
      }
      if (!resumed && status != HttpURLConnection.HTTP_OK) {
        String text = "the server answered " + status;
        throw status >= 500 ? new IOException(text) : new Refused(text);
      }
      if (!resumed) {
        channel.truncate(0);
        have = 0;
      }
      long length = connection.getContentLengthLong();
      if (have + length > file.maxTransfer()) {
        throw tooLong(channel, have + length, file);
      }
      receive(connection, channel, have, length, file, progress);
      return resumed;
    } finally {
      connection.disconnect();
    }
  }

  private static void receive(
      HttpURLConnection connection,
      FileChannel channel,
      long have,
      long length,
      SetFile file,
      Progress progress)
      throws IOException {
    long at = have;
    channel.position(have);
    try (InputStream in = connection.getInputStream()) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        ByteBuffer received = ByteBuffer.wrap(buffer, 0, n);
        while (received.hasRemaining()) {
          channel.write(received);
        }
        at += n;
        if (at > file.maxTransfer()) {
          throw tooLong(channel, at, file);
        }
        progress.update(file.name(), at, length < 0 ? -1 : have + length);
      }
    }
    if (length >= 0 && at < have + length) {
      throw new IOException(
          "the connection ended after %,d of %,d bytes".formatted(at, have + length));
    }
  }

  private static Refused tooLong(FileChannel channel, long bytes, SetFile file) throws IOException {
    channel.truncate(0);
    return new Refused(
        "the server sends %,d bytes or more; the contents have %,d".formatted(bytes, file.bytes()));
  }

  private static boolean startsAt(HttpURLConnection connection, long have) {
    String range = connection.getHeaderField("Content-Range");
    return have > 0
        && range != null
        && range.toLowerCase(Locale.ROOT).startsWith("bytes " + have + "-");
  }

  private HttpURLConnection connect(URI start, long have) throws IOException {
    URI url = start;
    Set<URI> visited = new HashSet<>();
    while (true) {
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      if (!scheme.equals("https") && !scheme.equals("http")) {
        throw new Refused("is redirected to " + url + ", which is not http");
      }
      if (!visited.add(url) || visited.size() > REDIRECTS + 1) {
        throw new Refused("is redirected in a circle or more than " + REDIRECTS + " times");
      }
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(connectMillis);
      connection.setReadTimeout(readMillis);
      connection.setRequestProperty("Accept-Encoding", "identity");
      connection.setRequestProperty("User-Agent", "melange");
      if (have > 0) {
        connection.setRequestProperty("Range", "bytes=" + have + "-");
      }
      int status = connection.getResponseCode();
      String location = connection.getHeaderField("Location");
      boolean redirect = status >= 301 && status <= 308 && status != 304 && location != null;
      if (!redirect) {
        return connection;
      }
      connection.disconnect();
      URI next = resolve(url, location);
      if (isDowngrade(url, next)) {
        throw new Refused("is redirected from https to " + next + ", which is not secure");
      }
      url = next;
    }
  }

  static boolean isDowngrade(URI from, URI to) {
    return "https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme());
  }

  private static URI resolve(URI from, String location) throws Refused {
    try {
      return from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new Refused("is redirected to '" + location + "', which is not an address");
    }
  }
}
