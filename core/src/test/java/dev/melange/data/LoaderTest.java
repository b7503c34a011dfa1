package dev.melange.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoaderTest {
  private static Dataset<Integer> numbers(int size) {
    return new Dataset<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Integer get(int index, RandomGenerator draws) {
        return index;
      }
    };
  }

  private static <T> List<T> items(Loader<T> loader, int epoch, int first) {
    List<T> items = new ArrayList<>();
    try (Loader.Batches<T> batches = loader.epoch(epoch, first)) {
      batches.forEachRemaining(batch -> items.addAll(batch.items()));
    }
    return items;
  }

  private static long loaderThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("melange-loader-") && t.isAlive())
        .count();
  }

  @Test
  void everyExampleOncePerEpochInAnOrderOfSeedAndEpoch() {
    Loader<Integer> loader =
        new Loader<>(numbers(103), new Loader.Config(10, true, false, 7, 2, 4));
    assertThat(loader.batches()).isEqualTo(11);
    List<Integer> first = items(loader, 0, 0);
    assertThat(first).hasSize(103).doesNotHaveDuplicates();
    assertThat(items(loader, 0, 0)).isEqualTo(first);
    assertThat(items(loader, 1, 0)).isNotEqualTo(first);
    assertThat(first)
        .isEqualTo(Arrays.stream(Shuffle.epoch(103, 7, 0)).boxed().toList())
        .isNotEqualTo(Arrays.stream(Shuffle.epoch(103, 8, 0)).boxed().toList());
  }

  @Test
  void resumesInsideAnEpoch() {
    Loader<Integer> loader = new Loader<>(numbers(103), new Loader.Config(10, true, true, 7, 2, 4));
    List<Integer> all = items(loader, 3, 0);
    assertThat(all).hasSize(100);
    assertThat(items(loader, 3, 4)).isEqualTo(all.subList(40, 100));
    assertThat(items(loader, 3, 10)).isEmpty();
  }

  @Test
  void drawsDoNotDependOnTheNumberOfWorkers() {
    Dataset<Double> noisy = numbers(50).map((n, draws) -> n + draws.nextDouble());
    List<List<Double>> runs = new ArrayList<>();
    for (int workers : new int[] {0, 1, 4}) {
      Loader.Config config = Loader.Config.training(8, 3).withWorkers(workers);
      Loader<Double> loader = new Loader<>(noisy, config);
      runs.add(items(loader, 2, 0));
    }
    assertThat(runs.get(1)).isEqualTo(runs.get(0));
    assertThat(runs.get(2)).isEqualTo(runs.get(0));
    assertThat(items(new Loader<>(noisy, Loader.Config.training(8, 4)), 2, 0))
        .isNotEqualTo(runs.get(0));
  }

  @Test
  void slowExamplesDoNotChangeTheOrder() {
    CountDownLatch laterDone = new CountDownLatch(1);
    Dataset<Integer> slowFirst =
        numbers(4)
            .map(
                (n, draws) -> {
                  try {
                    if (n == 0) {
                      assertThat(laterDone.await(10, TimeUnit.SECONDS)).isTrue();
                    } else if (n == 1) {
                      laterDone.countDown();
                    }
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return n;
                });
    Loader<Integer> loader = new Loader<>(slowFirst, new Loader.Config(1, false, false, 0, 2, 4));
    assertThat(items(loader, 0, 0)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void preparesNoMoreThanAskedAhead() {
    AtomicInteger loaded = new AtomicInteger();
    Dataset<Integer> counted =
        numbers(100)
            .map(
                (n, draws) -> {
                  loaded.incrementAndGet();
                  return n;
                });
    Loader<Integer> loader = new Loader<>(counted, new Loader.Config(1, false, false, 0, 2, 3));
    try (Loader.Batches<Integer> batches = loader.epoch(0)) {
      batches.next();
      batches.next();
    }
    assertThat(loaded.get()).isBetween(2, 5);
  }

  @Test
  void failuresNameTheExampleAndStopTheWorkers() {
    Dataset<Integer> failing =
        numbers(20)
            .map(
                (n, draws) -> {
                  if (n == 13) {
                    throw new DataException("photos/13.png is damaged");
                  }
                  return n;
                });
    for (int workers : new int[] {0, 2}) {
      Loader<Integer> loader =
          new Loader<>(failing, Loader.Config.evaluation(5).withWorkers(workers));
      Loader.Batches<Integer> batches = loader.epoch(1);
      assertThat(batches.next().items()).containsExactly(0, 1, 2, 3, 4);
      batches.next();
      assertThatThrownBy(batches::next)
          .isInstanceOf(DataException.class)
          .hasMessage(
              "item 13 (example 13, batch 2 of epoch 1) could not be loaded: photos/13.png is damaged");
      assertThat(batches.hasNext()).isFalse();
    }
    assertThat(loaderThreads()).isZero();
  }

  @Test
  void closingStopsBusyWorkersAndLeavesNoThreads() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(2);
    Dataset<Integer> endless =
        numbers(10)
            .map(
                (n, draws) -> {
                  if (n > 0) {
                    busy.countDown();
                    try {
                      new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException("stopped", e);
                    }
                  }
                  return n;
                });
    Loader<Integer> loader = new Loader<>(endless, new Loader.Config(1, false, false, 0, 2, 4));
    Loader.Batches<Integer> batches = loader.epoch(0);
    assertThat(batches.next().items()).containsExactly(0);
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    batches.close();
    assertThat(loaderThreads()).isZero();
    assertThatThrownBy(batches::next).hasMessageContaining("closed");
  }

  @Test
  void aFinishedEpochLeavesNoThreads() {
    items(new Loader<>(numbers(30), Loader.Config.training(4, 0).withWorkers(3)), 0, 0);
    assertThat(loaderThreads()).isZero();
  }

  @Test
  void refusesWhatMakesNoBatch() {
    assertThatThrownBy(() -> new Loader<>(numbers(0), Loader.Config.evaluation(4)))
        .isInstanceOf(DataException.class)
        .hasMessage("the data set is empty");
    assertThatThrownBy(() -> new Loader<>(numbers(3), Loader.Config.training(4, 0)))
        .hasMessageContaining("3 examples do not fill one batch of 4");
    assertThatThrownBy(() -> new Loader.Config(0, true, true, 0, 0, 0))
        .hasMessageContaining("batch size must be at least 1, got 0");
  }

  @Test
  void subsetsKeepIds() throws Exception {
    Dataset<Integer> some = numbers(10).subset(7, 2);
    assertThat(some.size()).isEqualTo(2);
    assertThat(some.get(0, new java.util.SplittableRandom(0))).isEqualTo(7);
    assertThat(some.id(1)).isEqualTo("item 2");
  }

  @Test
  void permutationsAreUniformEnough() {
    int[] firsts = new int[5];
    for (int epoch = 0; epoch < 5000; epoch++) {
      firsts[Shuffle.epoch(5, 1, epoch)[0]]++;
    }
    assertThat(IntStream.of(firsts).min().orElseThrow()).isGreaterThan(850);
    assertThat(IntStream.of(firsts).max().orElseThrow()).isLessThan(1150);
  }
}
