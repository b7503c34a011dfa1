package dev.melange.io;

import dev.melange.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A PyTorch checkpoint ({@code .pt}, {@code .pth}: the zip format that {@code torch.save} writes
 * since PyTorch 1.6) open for reading. Its pickle is interpreted by a small machine that builds
 * plain values and tensors only: no code of the file runs, and a name outside a short list
 * (tensors, parameters, {@code OrderedDict}, {@code torch.Size}, plain Python values) is refused.
 *
 * <p>Nested containers become names with dots: the checkpoint {@code {"state_dict": {"fc.bias": b},
 * "epoch": 3}} has the tensor {@code state_dict.fc.bias} and the value {@code epoch}; items of
 * lists and tuples are named by their index; a file that is one tensor names it {@code tensor}.
 * {@link #topLevelKeys()} tells which parts there are. Tensors that share a storage (tied weights)
 * are read under each of their names.
 *
 * <p>Contiguous tensors are slices of a memory map; others, and those of big-endian files, are
 * copied into the dense little-endian order that {@link TensorFile} promises.
 */
public final class TorchFile implements TensorFile {
  /** The name of the tensor in a file that is nothing but one tensor. */
  public static final String SINGLE = "tensor";

  private static final String PICKLE = "/data.pkl";
  private static final String RESAVE =
      "save it again with torch.save(model.state_dict(), ...) of PyTorch 1.6 or newer";
  // Views that repeat elements (expand) may be larger than what the file holds, within reason.
  private static final long LARGEST_EXPANSION = 1 << 24;

  private final MappedFile mapped;
  private final String root;
  private final boolean bigEndian;
  private final List<String> topLevelKeys;
  private final Map<String, Object> values;
  private final Map<String, TorchTensor> tensors;
  private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
  private final Map<String, StoredZip.Range> storages = new HashMap<>();

  /**
   * Opens a checkpoint and checks its whole structure.
   *
   * @throws CorruptFileException if the file is damaged, is of PyTorch's old format or TorchScript,
   *     or holds anything but tensors and plain values
   * @throws IOException if the file cannot be read
   */
  public static TorchFile open(Path path) throws IOException {
    MappedFile mapped = MappedFile.open(path);
    try {
      return new TorchFile(mapped);
    } catch (IOException | RuntimeException | Error e) {
      mapped.close();
      throw e;
    }
  }

  private TorchFile(MappedFile mapped) throws IOException {
    this.mapped = mapped;
    refuseOtherFormats();
    Map<String, StoredZip.Range> zip = StoredZip.entries(mapped);
    this.root = root(zip);
    this.bigEndian = bigEndian(zip.get(root + "/byteorder"));
    StoredZip.Range pickle = zip.get(root + PICKLE);
    if (pickle.size() > Unpickler.LONGEST_PICKLE) {
      throw corrupt(
          "the pickle has " + pickle.size() + " bytes, the most is " + Unpickler.LONGEST_PICKLE,
          RESAVE);
    }
    Object top = Unpickler.read(mapped.path(), mapped.slice(pickle.begin(), (int) pickle.size()));
    TorchContents contents = TorchContents.of(mapped.path(), top);
    this.topLevelKeys = contents.topLevelKeys();
    this.values = contents.values();
    this.tensors = contents.tensors();
    for (Map.Entry<String, TorchTensor> tensor : tensors.entrySet()) {
      String key = tensor.getValue().storage().key();
      StoredZip.Range storage = zip.get(root + "/data/" + key);
      if (storage == null) {
        throw corrupt(
            "lacks the storage "
                + CorruptFileException.quote(key)
                + " of tensor "
                + CorruptFileException.quote(tensor.getKey()),
            "the file is damaged: fetch it again");
      }
      storages.put(key, storage);
      entries.put(tensor.getKey(), check(tensor.getKey(), tensor.getValue(), storage));
    }
  }

  @Override
  public Path path() {
    return mapped.path();
  }

  /** The tensors' names, in the order in which the checkpoint lists them. */
  @Override
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /**
   * The keys of the outermost dict (or indices of the outermost list), whether they hold tensors,
   * parts or plain values, for instance {@code state_dict, optimizer, epoch}.
   */
  public List<String> topLevelKeys() {
    return topLevelKeys;
  }

  /**
   * Everything that is not a tensor, by its dotted name: {@link String}, {@link Long}, {@link
   * java.math.BigInteger} (beyond 64 bits), {@link Double}, {@link Boolean}, {@code byte[]}, or
   * null for None. Types such as {@code torch.float32} appear as {@link DType}.
   */
  public Map<String, Object> values() {
    return values;
  }

  @Override
  public TensorEntry entry(String name) {
    return Names.find(mapped.path(), entries, name);
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) throws IOException {
    Names.checkRange(entry(name), offset, length);
    TorchTensor tensor = tensors.get(name);
    StoredZip.Range storage = storages.get(tensor.storage().key());
    int width = tensor.dtype().bytes();
    if (length == 0 || (tensor.isContiguous() && !bigEndian)) {
      long begin = length == 0 ? 0 : storage.begin() + tensor.offset() * width + offset;
      return mapped.slice(begin, length);
    }
    return StridedCopy.read(
        mapped, storage.begin(), tensor, bigEndian, offset / width, length / width);
  }

  @Override
  public void close() throws IOException {
    mapped.close();
  }

  private void refuseOtherFormats() throws IOException {
    byte[] head = new byte[(int) Math.min(4, mapped.size())];
    mapped.slice(0, head.length).get(head);
    if (head.length >= 2 && head[0] == (byte) 0x80 && head[1] <= 5) {
      throw corrupt("is in PyTorch's format of before version 1.6, a bare pickle", RESAVE);
    }
    if (head.length < 4 || head[0] != 'P' || head[1] != 'K' || head[2] != 3 || head[3] != 4) {
      throw corrupt(
          "is not a PyTorch zip checkpoint" + mapped.lookalike(), "check the file, or " + RESAVE);
    }
  }

  private String root(Map<String, StoredZip.Range> zip) throws CorruptFileException {
    String found = null;
    for (String name : zip.keySet()) {
      int slash = name.indexOf('/');
      if (slash > 0 && name.substring(slash).equals(PICKLE)) {
        if (found != null) {
          throw corrupt("holds more than one checkpoint", RESAVE);
        }
        found = name.substring(0, slash);
      }
    }
    if (found == null) {
      throw corrupt("is a zip archive without data.pkl, not a PyTorch checkpoint", RESAVE);
    }
    String prefix = found;
    if (zip.containsKey(prefix + "/constants.pkl")
        || zip.keySet().stream().anyMatch(name -> name.startsWith(prefix + "/code/"))) {
      throw corrupt(
          "is a TorchScript program, not a state dict",
          "load it in Python with torch.jit.load and save its state_dict() with torch.save");
    }
    for (Map.Entry<String, StoredZip.Range> entry : zip.entrySet()) {
      if (!entry.getValue().stored()) {
        throw corrupt(
            "the archive's entry "
                + CorruptFileException.quote(entry.getKey())
                + " is compressed, expected it stored as torch.save does",
            RESAVE);
      }
    }
    return prefix;
  }

  private boolean bigEndian(StoredZip.Range entry) throws IOException {
    if (entry == null) {
      return false;
    }
    byte[] text = new byte[(int) Math.min(entry.size(), 16)];
    mapped.slice(entry.begin(), text.length).get(text);
    String order = new String(text, StandardCharsets.US_ASCII);
    return switch (order) {
      case "little" -> false;
      case "big" -> true;
      default ->
          throw corrupt(
              "has the byte order "
                  + CorruptFileException.quote(order)
                  + ", expected little or big",
              "the file is damaged: fetch it again");
    };
  }

  private TensorEntry check(String name, TorchTensor tensor, StoredZip.Range storage)
      throws CorruptFileException {
    TensorEntry entry;
    try {
      entry = TensorEntry.of(name, tensor.dtype(), tensor.shape());
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          mapped.path(), e.getMessage(), "the file is damaged: fetch it again", e);
    }
    int storedWidth = tensor.storage().dtype().bytes();
    if (storage.size() % storedWidth != 0
        || storage.size() / storedWidth != tensor.storage().elements()) {
      throw corrupt(
          entry
              + " has a storage of "
              + tensor.storage().elements()
              + " "
              + tensor.storage().dtype()
              + " elements, the file has "
              + storage.size()
              + " bytes of it",
          "the file is damaged: fetch it again");
    }
    if (entry.bytes() > 0 && !fits(tensor, storage.size() / tensor.dtype().bytes())) {
      throw corrupt(entry + " reaches beyond its storage", "the file is damaged: fetch it again");
    }
    if (entry.bytes() > storage.size() && entry.bytes() > LARGEST_EXPANSION) {
      throw corrupt(
          entry + " repeats a storage of only " + storage.size() + " bytes",
          "save a copy of it, made with .contiguous()");
    }
    return entry;
  }

  private static boolean fits(TorchTensor tensor, long elements) {
    try {
      return tensor.last() < elements;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private CorruptFileException corrupt(String problem, String advice) {
    return new CorruptFileException(mapped.path(), problem, advice);
  }
}
