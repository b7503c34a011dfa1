package dev.melange.web;

import dev.melange.store.User;
import dev.melange.store.UserStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Tells since when papers are new to readers: since the beginning of their last visit. */
final class Visits {
  /** Who comes back after so long begins a new visit. */
  static final Duration PAUSE = Duration.ofMinutes(30);

  private record Visit(Instant noted, Optional<Instant> since) {}

  private final UserStore users;
  private final Clock clock;
  private final Map<Long, Visit> visits = new ConcurrentHashMap<>();

  Visits(UserStore users, Clock clock) {
    this.users = users;
    this.clock = clock;
  }

  /** Since when papers are new; nothing for visitors and at the first visit. */
  Optional<Instant> since(User viewer) {
    if (viewer == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    return visits
        .compute(
            viewer.id(),
            (id, known) ->
                known != null && known.noted().plus(PAUSE).isAfter(now)
                    ? known
                    : new Visit(now, Optional.ofNullable(users.visited(id, now, PAUSE))))
        .since();
  }
}
