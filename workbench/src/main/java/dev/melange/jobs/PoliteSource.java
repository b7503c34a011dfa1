package dev.melange.jobs;

import dev.melange.feed.Fetched;
import dev.melange.feed.ImportException;
import dev.melange.store.FetchStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Asks sources one request at a time for each host, three seconds apart, whatever processes of this
 * installation ask: the pauses are kept in the store.
 */
public final class PoliteSource {
  /** How long a host is left in peace between two requests. */
  public static final Duration PAUSE = Duration.ofSeconds(3);

  private static final Duration LEASE = Duration.ofSeconds(60);

  private final FetchStore store;
  private final Requests requests;
  private final Clock clock;
  private final Waiting waiting;

  /** Makes a request. */
  @FunctionalInterface
  public interface Requests {
    /** As {@link dev.melange.feed.Fetcher#get}. */
    Fetched get(String address, String etag, String lastModified) throws IOException;
  }

  /** Waits. */
  @FunctionalInterface
  public interface Waiting {
    /** Returns after a time. */
    void pause(Duration time) throws InterruptedException;
  }

  /**
   * A source of answers.
   *
   * @param store keeps the pauses
   * @param requests makes the requests
   * @param clock tells the time
   * @param waiting waits
   */
  public PoliteSource(FetchStore store, Requests requests, Clock clock, Waiting waiting) {
    this.store = store;
    this.requests = requests;
    this.clock = clock;
    this.waiting = waiting;
  }

  /**
   * Asks for an address, after its host's pause.
   *
   * @param etag of the answer before, or null
   * @param lastModified of the answer before, or null
   */
  public Fetched get(String address, String etag, String lastModified)
      throws IOException, InterruptedException {
    String host = host(address);
    while (true) {
      Instant now = clock.instant();
      Instant free = store.take(host, now, LEASE);
      if (!free.isAfter(now)) {
        break;
      }
      waiting.pause(Duration.between(now, free));
    }
    try {
      return requests.get(address, etag, lastModified);
    } finally {
      store.release(host, clock.instant().plus(PAUSE));
    }
  }

  private static String host(String address) {
    try {
      String host = new URI(address.strip()).getHost();
      if (host != null) {
        return host.toLowerCase(Locale.ROOT);
      }
    } catch (URISyntaxException e) {
      throw new ImportException("the address cannot be read: " + e.getReason());
    }
    throw new ImportException("the address names no host");
  }
}
