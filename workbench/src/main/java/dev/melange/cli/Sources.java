package dev.melange.cli;

import dev.melange.feed.FetchPolicy;
import dev.melange.feed.Fetcher;
import dev.melange.io.Provenance;
import dev.melange.jobs.PoliteSource;
import dev.melange.store.Database;
import dev.melange.store.FetchStore;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Sources of papers on the network, for commands. */
final class Sources {
  private Sources() {}

  /** Asks sources as politely as they wish. */
  static PoliteSource polite(Database database, Set<String> moreHosts) {
    Clock clock = Clock.systemUTC();
    String agent =
        "melange/" + Provenance.libraryVersion().replaceAll("[^A-Za-z0-9.+-]", "-") + " (papers)";
    Fetcher fetcher = new Fetcher(FetchPolicy.sources(moreHosts), agent, clock);
    return new PoliteSource(
        new FetchStore(database),
        fetcher::get,
        clock,
        time -> TimeUnit.MILLISECONDS.sleep(Math.max(1, time.toMillis())));
  }
}
