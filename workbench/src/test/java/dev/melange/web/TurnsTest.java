package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TurnsTest {
  private final Turns turns = new Turns(1);
  private final Semaphore entered = new Semaphore(0);
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  private Handler wrapped(HandlerType method, String path, Handler handler) {
    return turns.wrap(new Endpoint(method, path, handler));
  }

  private Handler slow(String path) {
    return wrapped(
        HandlerType.GET,
        path,
        context -> {
          entered.release();
          end.await();
        });
  }

  private Thread start(Handler handler) {
    Thread thread =
        new Thread(
            () -> {
              try {
                handler.handle(null);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    threads.add(thread);
    thread.start();
    return thread;
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void endAll() throws InterruptedException {
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void answersTwoPagesForAProcessorAtOnce() throws InterruptedException {
    start(slow("/papers"));
    start(slow("/papers/trending"));
    entered.acquire(2);
    awaitWaiting(start(slow("/papers")));
    assertThat(entered.availablePermits()).isZero();
    end.countDown();
    entered.acquire();
  }

  @Test
  void searchesLeaveTurnsToOtherPages() throws InterruptedException {
    start(slow("/papers/search"));
    entered.acquire();
    awaitWaiting(start(slow("/api/papers/search")));
    assertThat(entered.availablePermits()).isZero();
    start(slow("/papers"));
    entered.acquire();
  }

  @Test
  void holdsUpNoChanges() throws Exception {
    start(slow("/papers"));
    start(slow("/papers"));
    entered.acquire(2);
    boolean[] done = {false};
    wrapped(HandlerType.POST, "/papers/<id>/vote", context -> done[0] = true).handle(null);
    assertThat(done[0]).isTrue();
  }

  @Test
  void givesATurnBackAfterAFailure() throws Exception {
    Handler failing =
        wrapped(
            HandlerType.GET,
            "/papers/search",
            context -> {
              throw RequestException.bad("no");
            });
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> failing.handle(null)).isInstanceOf(RequestException.class);
    }
  }
}
