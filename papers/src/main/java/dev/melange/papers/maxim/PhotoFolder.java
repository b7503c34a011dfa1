package dev.melange.papers.maxim;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Photographs in a folder, or pairs of them in two folders: files of the same name below both, with
 * any ending. Decoded photographs are kept in memory as long as there is room.
 */
public final class PhotoFolder implements Dataset<PhotoPair> {
  private static final long ROOM = 1L << 30;

  private final List<Path> targets;
  private final List<Path> degraded; // empty for single photographs
  private final Map<Integer, PhotoPair> kept = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();

  private PhotoFolder(List<Path> targets, List<Path> degraded) {
    this.targets = targets;
    this.degraded = degraded;
  }

  /**
   * Good photographs in a folder and those below.
   *
   * @throws DataException if there are none
   */
  public static PhotoFolder of(Path folder) throws IOException {
    return new PhotoFolder(new ArrayList<>(images(folder).values()), List.of());
  }

  /**
   * Pairs of photographs.
   *
   * @param degraded folder of the bad ones
   * @param targets folder of the good ones
   * @throws DataException if a file has no partner
   */
  public static PhotoFolder pairs(Path degraded, Path targets) throws IOException {
    Map<String, Path> bad = images(degraded);
    Map<String, Path> good = images(targets);
    requireAll(bad, good, degraded, targets);
    requireAll(good, bad, targets, degraded);
    return new PhotoFolder(new ArrayList<>(good.values()), new ArrayList<>(bad.values()));
  }

  private static void requireAll(
      Map<String, Path> files, Map<String, Path> others, Path folder, Path otherFolder) {
    TreeSet<String> alone = new TreeSet<>(files.keySet());
    alone.removeAll(others.keySet());
    if (!alone.isEmpty()) {
      throw new DataException(
          "%d of the %d photographs in %s have no partner of the same name in %s, among them %s"
              .formatted(
                  alone.size(),
                  files.size(),
                  folder,
                  otherFolder,
                  files.get(alone.first()).getFileName()));
    }
  }

  /** The image files below a folder by their path without the ending, in order. */
  private static Map<String, Path> images(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    Map<String, Path> images = new TreeMap<>();
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) below.filter(Files::isRegularFile).sorted()::iterator) {
        String path = folder.relativize(file).toString();
        if (ImageFiles.isImageName(path)) {
          Path before = images.put(path.substring(0, path.lastIndexOf('.')), file);
          if (before != null) {
            throw new DataException(
                "%s and %s have the same name; rename or remove one".formatted(before, file));
          }
        }
      }
    }
    if (images.isEmpty()) {
      throw new DataException(folder + " holds no images (JPEG, PNG, GIF, BMP, WebP)");
    }
    return images;
  }

  /** Whether the bad photographs are given, too. */
  public boolean isPaired() {
    return !degraded.isEmpty();
  }

  /** The files of a photograph or a pair, the good one last. */
  public List<Path> files(int index) {
    return isPaired()
        ? List.of(degraded.get(index), targets.get(index))
        : List.of(targets.get(index));
  }

  @Override
  public int size() {
    return targets.size();
  }

  @Override
  public PhotoPair get(int index, RandomGenerator draws) throws IOException {
    PhotoPair known = kept.get(index);
    if (known != null) {
      return known;
    }
    Image target = ImageFiles.read(targets.get(index)).withChannels(3);
    Image bad = isPaired() ? ImageFiles.read(degraded.get(index)).withChannels(3) : null;
    PhotoPair pair;
    try {
      pair = new PhotoPair(bad, target);
    } catch (IllegalArgumentException e) {
      throw new DataException(id(index) + ": " + e.getMessage(), e);
    }
    long size = (bad == null ? 1L : 2L) * target.data().length;
    if (bytes.addAndGet(size) <= ROOM) {
      kept.put(index, pair);
    }
    return pair;
  }

  @Override
  public String id(int index) {
    return targets.get(index).toString();
  }
}
