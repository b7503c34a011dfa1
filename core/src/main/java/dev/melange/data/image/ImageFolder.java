package dev.melange.data.image;

import dev.melange.data.DataException;
import dev.melange.data.Dataset;
import dev.melange.io.ZipEntries;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Images in folders named after their classes, in a directory or a zip file: {@code
 * <class>/photo.jpg} or {@code <split>/<class>/photo.jpg}; one folder around all that is not named
 * like a split is passed through. Classes are numbered in the order of their names, images in the
 * order of theirs. Hidden files and files that are not named as images are passed over; decoding
 * happens when an image is asked for.
 */
public final class ImageFolder implements Closeable {
  private static final Set<String> SPLITS =
      Set.of("train", "training", "valid", "val", "validation", "dev", "test", "testing");

  private final String name;
  private final ZipFile zip;
  private final Path root;
  private final long maxPixels;
  private final List<String> classes;
  // Split ("" when there are none) to its entries.
  private final Map<String, List<Entry>> splits = new TreeMap<>();

  private record Entry(String path, String className) {}

  private ImageFolder(
      Path location, ZipFile zip, List<String> paths, long maxPixels, boolean classless) {
    this.name = location.toString();
    this.root = location;
    this.zip = zip;
    this.maxPixels = maxPixels;
    if (paths.isEmpty()) {
      throw new DataException(
          name
              + " has no images (JPEG, PNG, GIF, BMP, WebP); put them into one folder per class: "
              + "cats/1.jpg, dogs/1.jpg, or train/cats/1.jpg, test/cats/2.jpg");
    }
    TreeSet<String> names = new TreeSet<>();
    if (classless && !hasClasses(paths)) {
      classes = List.of("");
      splits.put("", paths.stream().sorted().map(path -> new Entry(path, "")).toList());
      return;
    }
    int depth = depth(paths, wrapping(paths));
    for (String path : paths) {
      String[] parts = path.split("/");
      String className = parts[parts.length - 2];
      String split = depth == 3 ? parts[parts.length - 3] : "";
      names.add(className);
      splits.computeIfAbsent(split, any -> new ArrayList<>()).add(new Entry(path, className));
    }
    classes = List.copyOf(names);
    for (List<Entry> entries : splits.values()) {
      entries.sort(Comparator.comparing(Entry::className).thenComparing(Entry::path));
    }
  }

  /** Opens a directory or zip file, with images of at most {@link ImageFiles#MAX_PIXELS}. */
  public static ImageFolder open(Path location) throws IOException {
    return open(location, ImageFiles.MAX_PIXELS);
  }

  /**
   * Opens a directory or zip file.
   *
   * @param maxPixels refuses larger images when they are asked for
   * @throws DataException if there are no images, or not in folders as expected
   */
  public static ImageFolder open(Path location, long maxPixels) throws IOException {
    return open(location, maxPixels, false);
  }

  /**
   * Opens a directory or zip file of images that need no classes. If they do not lie in folders of
   * two classes or more, however deep they lie (four folders at most), they get one class without a
   * name.
   *
   * @throws DataException if there are no images
   */
  public static ImageFolder openAny(Path location) throws IOException {
    return open(location, ImageFiles.MAX_PIXELS, true);
  }

  private static ImageFolder open(Path location, long maxPixels, boolean classless)
      throws IOException {
    if (Files.isDirectory(location)) {
      return new ImageFolder(location, null, listDirectory(location), maxPixels, classless);
    }
    if (!Files.isRegularFile(location)) {
      throw new DataException(
          location + " does not exist; give a folder or a zip file of images in class folders");
    }
    ZipFile zip = null;
    try {
      zip = new ZipFile(location.toFile());
      return new ImageFolder(location, zip, listZip(zip, location), maxPixels, classless);
    } catch (ZipException | EOFException e) {
      close(zip);
      throw new DataException(
          location
              + " is neither a folder nor an intact zip file ("
              + e.getMessage()
              + "); give a folder or a zip file of images in class folders",
          e);
    } catch (RuntimeException e) {
      close(zip);
      throw e;
    }
  }

  private static void close(ZipFile zip) throws IOException {
    if (zip != null) {
      zip.close();
    }
  }

  private static List<String> listDirectory(Path root) throws IOException {
    List<String> found = new ArrayList<>();
    listDirectory(root, "", 0, found);
    return found;
  }

  private static void listDirectory(Path folder, String prefix, int depth, List<String> found)
      throws IOException {
    List<Path> children;
    try (Stream<Path> list = Files.list(folder)) {
      children = list.toList();
    }
    for (Path child : children) {
      String childName = child.getFileName().toString();
      if (childName.startsWith(".")) {
        continue;
      }
      // Three levels at most: no loop of links can hold us.
      if (depth < 3 && Files.isDirectory(child)) {
        listDirectory(child, prefix + childName + "/", depth + 1, found);
      } else if (ImageFiles.isImageName(childName) && Files.isRegularFile(child)) {
        found.add(prefix + childName);
      }
    }
  }

  private static List<String> listZip(ZipFile zip, Path location) throws ZipException {
    List<String> found = new ArrayList<>();
    for (ZipEntry entry : ZipEntries.of(zip)) {
      String path = entry.getName();
      boolean hidden = path.startsWith(".") || path.contains("/.") || path.startsWith("__MACOSX/");
      if (!entry.isDirectory() && !hidden && ImageFiles.isImageName(path)) {
        if (entry.getSize() > ImageFiles.MAX_BYTES) {
          throw new DataException(
              "%s: entry %s unpacks to %,d bytes, more than the %,d an image may have"
                  .formatted(location, path, entry.getSize(), ImageFiles.MAX_BYTES));
        }
        found.add(path);
      }
    }
    return found;
  }

  // How many leading folders belong to neither split nor class: a zip of a folder has that folder's
  // name before everything (photos/cats/a.jpg), unless it is the name of a split.
  private static int wrapping(List<String> paths) {
    String first = paths.get(0).split("/")[0];
    int parts = paths.get(0).split("/").length;
    boolean wrapped =
        !paths.get(0).equals(first)
            && paths.stream().allMatch(path -> path.startsWith(first + "/"))
            && (parts == 4 || (parts == 3 && !SPLITS.contains(first.toLowerCase(Locale.ROOT))));
    return wrapped ? 1 : 0;
  }

  /** Whether all images lie in class folders, of two classes or more. */
  private static boolean hasClasses(List<String> paths) {
    int wrapping = wrapping(paths);
    Set<Integer> depths = new TreeSet<>();
    Set<String> names = new TreeSet<>();
    for (String path : paths) {
      String[] parts = path.split("/");
      depths.add(parts.length - wrapping);
      names.add(parts.length < 2 ? "" : parts[parts.length - 2]);
    }
    return names.size() > 1 && (depths.equals(Set.of(2)) || depths.equals(Set.of(3)));
  }

  private int depth(List<String> paths, int wrapping) {
    int depth = paths.get(0).split("/").length - wrapping;
    for (String path : paths) {
      int parts = path.split("/").length - wrapping;
      if (parts < 2) {
        throw new DataException(
            "%s: %s lies in no class folder; put each image into the folder of its class: <class>/x.jpg, or <split>/<class>/x.jpg"
                .formatted(name, path));
      }
      if (parts > 3 || parts != depth) {
        throw new DataException(
            "%s: %s does not lie as expected (the first image is %s); put all images as <class>/x.jpg, or all as <split>/<class>/x.jpg"
                .formatted(name, path, paths.get(0)));
      }
    }
    return depth;
  }

  /** The classes' names in order; the index is the label. */
  public List<String> classes() {
    return classes;
  }

  /** The splits' names ({@code train}, {@code test}, ...); empty if there are none. */
  public List<String> splits() {
    return splits.containsKey("") ? List.of() : List.copyOf(splits.keySet());
  }

  /** Number of all images. */
  public int size() {
    return splits.values().stream().mapToInt(Collection::size).sum();
  }

  /** All images, of all splits. */
  public Dataset<LabelledImage> all() {
    return new Images(splits.values().stream().flatMap(List::stream).toList());
  }

  /** The classes of {@link #all}, without decoding an image. */
  public int[] labels() {
    return new Images(splits.values().stream().flatMap(List::stream).toList()).labels.clone();
  }

  /** The classes of {@link #split}, without decoding an image. */
  public int[] labels(String split) {
    return images(split).labels.clone();
  }

  /**
   * The images of one split.
   *
   * @param split a name of {@link #splits()}
   */
  public Dataset<LabelledImage> split(String split) {
    return images(split);
  }

  private Images images(String split) {
    List<Entry> entries = splits.get(split);
    if (entries == null || split.isEmpty()) {
      throw new DataException(
          "%s has no split '%s'; it has %s"
              .formatted(name, split, splits().isEmpty() ? "no splits" : splits()));
    }
    return new Images(entries);
  }

  /** Closes the zip file, if it is one. */
  @Override
  public void close() throws IOException {
    if (zip != null) {
      zip.close();
    }
  }

  private Image read(String path) throws IOException {
    if (zip == null) {
      return ImageFiles.read(root.resolve(path), maxPixels);
    }
    String where = name + "!/" + path;
    try (InputStream in = zip.getInputStream(zip.getEntry(path))) {
      byte[] bytes = in.readNBytes((int) ImageFiles.MAX_BYTES + 1);
      if (bytes.length > ImageFiles.MAX_BYTES) {
        throw new DataException(where + " unpacks to more than an image may have");
      }
      return ImageFiles.decode(where, bytes, maxPixels);
    } catch (ZipException | EOFException e) {
      throw new DataException(where + " is damaged in the zip file (" + e.getMessage() + ")", e);
    }
  }

  private final class Images implements Dataset<LabelledImage> {
    private final List<Entry> entries;
    private final int[] labels;

    Images(List<Entry> entries) {
      this.entries = entries;
      this.labels = entries.stream().mapToInt(e -> classes.indexOf(e.className())).toArray();
    }

    @Override
    public int size() {
      return labels.length;
    }

    @Override
    public LabelledImage get(int index, RandomGenerator draws) throws IOException {
      return new LabelledImage(read(entries.get(index).path()), labels[index]);
    }

    @Override
    public String id(int index) {
      return zip == null
          ? root.resolve(entries.get(index).path()).toString()
          : name + "!/" + entries.get(index).path();
    }
  }
}
