package dev.melange.search;

import dev.melange.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the index and the encoder, and keeps the index in step with the store by a thread. */
final class IndexKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IndexKeeper.class);

  /** Changes when documents are indexed in another way. */
  private static final int LAYOUT = 3;

  private static final Pattern FOLDER = Pattern.compile("index-(\\d{1,4})");

  private static final long SECONDS_BETWEEN_LOOKS = 5;
  private static final int REMEMBERED = 500;

  private final PaperIndex index;
  private final IndexFollower follower;
  private final PaperSearch.EncoderSource source;
  private final CountDownLatch ready = new CountDownLatch(1);
  private final ScheduledExecutorService worker;
  private final Map<String, float[]> queries =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
              return size() > REMEMBERED;
            }
          });
  private volatile TextEncoder encoder;
  private volatile String problem =
      "Searching by words only: the search by meaning is still being prepared.";
  private volatile boolean closed;
  private Future<?> following;

  private IndexKeeper(PaperIndex index, Database database, PaperSearch.EncoderSource source) {
    this.index = index;
    this.source = source;
    this.follower = new IndexFollower(database, index);
    this.worker =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "search-index");
              thread.setDaemon(true);
              return thread;
            });
  }

  static IndexKeeper start(Database database, Path folder, PaperSearch.EncoderSource source)
      throws IOException {
    IndexKeeper keeper = new IndexKeeper(open(folder), database, source);
    keeper.worker.execute(keeper::prepare);
    keeper.following =
        keeper.worker.scheduleWithFixedDelay(
            keeper::follow, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
    return keeper;
  }

  /** The index in a folder; one that is broken or of another layout is begun anew. */
  private static PaperIndex open(Path folder) throws IOException {
    if (folder == null) {
      return PaperIndex.memory();
    }
    Path own = folder.resolve("index-" + LAYOUT);
    Files.createDirectories(own);
    try {
      PaperIndex index = PaperIndex.open(own);
      deleteOlder(folder);
      return index;
    } catch (LockObtainFailedException e) {
      // Another process, such as a running page, keeps that one; ours lives as long as we do.
      LOG.debug("the index in {} is in use; a copy in memory is made", own);
      return PaperIndex.memory();
    } catch (CorruptIndexException | IndexFormatTooOldException | IndexFormatTooNewException e) {
      LOG.warn("the index in {} cannot be read and is built anew: {}", own, e.getMessage());
      delete(own);
      return PaperIndex.open(own);
    }
  }

  /** What an older version of the program left, unless it runs. */
  private static void deleteOlder(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      for (Path child : children.filter(Files::isDirectory).toList()) {
        Matcher name = FOLDER.matcher(child.getFileName().toString());
        if (name.matches() && Integer.parseInt(name.group(1)) < LAYOUT && free(child)) {
          delete(child);
          LOG.debug("the index in {} was of an older layout and is deleted", child);
        }
      }
    } catch (IOException e) {
      LOG.warn("an index of an older layout stays in {}: {}", folder, e.getMessage());
    }
  }

  private static boolean free(Path index) throws IOException {
    try (Directory directory = FSDirectory.open(index);
        Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      lock.ensureValid();
      return true;
    } catch (LockObtainFailedException e) {
      LOG.debug("the index in {} is in use and stays", index);
      return false;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void prepare() {
    try {
      follower.update(null);
      TextEncoder loaded = source.load();
      encoder = loaded;
      if (loaded == null) {
        problem = "Searching by words only: the search by meaning is switched off.";
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.error("the search by meaning cannot be prepared", e);
      problem = "Searching by words only: the model for the search by meaning cannot be loaded.";
    }
    follow();
    ready.countDown();
  }

  private void follow() {
    try {
      follower.update(encoder);
      TextEncoder current = encoder;
      long looked = System.nanoTime();
      while (current != null && !closed && follower.encodeSome(current)) {
        if (System.nanoTime() - looked > TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN_LOOKS)) {
          follower.update(current);
          looked = System.nanoTime();
        }
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        LOG.error("the index could not follow the store; it is tried again", e);
      }
    }
  }

  void awaitReady() throws InterruptedException {
    ready.await();
  }

  void update() throws IOException {
    follower.update(encoder);
  }

  PaperIndex index() {
    return index;
  }

  /** Why there is no encoder, as a notice for readers. */
  String problem() {
    return problem;
  }

  /** The vector of a query; null without an encoder. */
  float[] encode(String text) {
    TextEncoder current = encoder;
    if (current == null) {
      return null;
    }
    float[] known = queries.get(text);
    if (known == null) {
      known = current.encode(List.of(text)).get(0);
      queries.put(text, known);
    }
    return known;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    following.cancel(false);
    worker.shutdown();
    try {
      if (!worker.awaitTermination(60, TimeUnit.SECONDS)) {
        LOG.warn("the index is still being written after a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (encoder != null) {
      encoder.close();
    }
    index.close();
  }
}
