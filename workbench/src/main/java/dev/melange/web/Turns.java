package dev.melange.web;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.router.HandlerWrapper;
import java.util.concurrent.Semaphore;

/**
 * Lets few requests for pages be answered at once, first come, first served: more would take the
 * processors from each other, and from the compiler that makes all of them faster. Searches, which
 * cost several times as much, wait for each other before, so that they take no turn from the rest.
 *
 * <p>Changes are not held up: what they wait for is the disk, and some read what a slow client
 * sends. What was answered is sent, and events are, without a turn.
 */
final class Turns implements HandlerWrapper {
  private final Semaphore all;
  private final Semaphore searches;

  /**
   * Turns.
   *
   * @param processors of this machine
   */
  Turns(int processors) {
    all = new Semaphore(2 * processors, /* fair= */ true);
    searches = new Semaphore(processors, /* fair= */ true);
  }

  @Override
  public Handler wrap(Endpoint endpoint) {
    Handler handler = endpoint.handler;
    if (!endpoint.method.equals(HandlerType.GET)) {
      return handler;
    }
    Handler taken = context -> take(all, handler, context);
    return isSearch(endpoint.path) ? context -> take(searches, taken, context) : taken;
  }

  private static boolean isSearch(String path) {
    return path.endsWith("/search") || path.startsWith("/feeds/search.");
  }

  private static void take(Semaphore turns, Handler handler, Context context) throws Exception {
    turns.acquireUninterruptibly();
    try {
      handler.handle(context);
    } finally {
      turns.release();
    }
  }
}
