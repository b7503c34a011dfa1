package dev.melange.io;

import dev.melange.io.TorchGlobals.ElementType;
import dev.melange.io.TorchGlobals.Global;
import dev.melange.io.TorchGlobals.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An unpickled value as flat names.
 *
 * @param topLevelKeys the keys of the outermost container
 * @param tensors the tensors by dotted name
 * @param values the other leaves by dotted name
 */
record TorchContents(
    List<String> topLevelKeys, Map<String, TorchTensor> tensors, Map<String, Object> values) {

  // A pickle can refer to a list from itself, or repeat one so that it doubles at every level.
  private static final int DEEPEST = 64;
  private static final int MOST_PARTS = 500_000;
  private static final int LONGEST_NAME = 4096;
  private static final int MOST_NAME_CHARACTERS = 1 << 26;
  private static final String RESAVE =
      "save the weights alone with torch.save(model.state_dict(), ...)";

  static TorchContents of(Path file, Object top) throws CorruptFileException {
    Walk walk = new Walk(file);
    List<String> keys = new ArrayList<>();
    if (top instanceof TorchTensor) {
      walk.visit(TorchFile.SINGLE, top, 0);
      keys.add(TorchFile.SINGLE);
    } else {
      Map<String, Object> children = walk.children("", top);
      if (children == null) {
        throw new CorruptFileException(file, "holds no dict, list or tensor", RESAVE);
      }
      for (Map.Entry<String, Object> child : children.entrySet()) {
        walk.visit(child.getKey(), child.getValue(), 0);
      }
      keys.addAll(children.keySet());
    }
    return new TorchContents(
        Collections.unmodifiableList(keys),
        Collections.unmodifiableMap(walk.tensors),
        Collections.unmodifiableMap(walk.values));
  }

  private static final class Walk {
    private final Path file;
    private final Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private int parts;
    private int nameCharacters;

    Walk(Path file) {
      this.file = file;
    }

    void visit(String name, Object value, int depth) throws CorruptFileException {
      if (depth > DEEPEST) {
        throw corrupt(name, "is nested deeper than " + DEEPEST + " levels");
      }
      nameCharacters += name.length();
      if (name.length() > LONGEST_NAME || nameCharacters > MOST_NAME_CHARACTERS) {
        throw corrupt(
            name,
            "passes the limits of "
                + LONGEST_NAME
                + " characters for a name or "
                + MOST_NAME_CHARACTERS
                + " for all");
      }
      Map<String, Object> children = children(name, value);
      if (children != null) {
        for (Map.Entry<String, Object> child : children.entrySet()) {
          visit(name + "." + child.getKey(), child.getValue(), depth + 1);
        }
        return;
      }
      boolean twice = tensors.containsKey(name) || values.containsKey(name);
      if (twice) {
        throw corrupt(name, "is there twice, once under nested keys");
      }
      if (value instanceof TorchTensor tensor) {
        tensors.put(name, tensor);
      } else if (value instanceof ElementType type) {
        values.put(name, type.dtype());
      } else if (value instanceof Global || value instanceof TorchStorage) {
        throw corrupt(name, "is neither a tensor nor a plain value");
      } else {
        values.put(name, value);
      }
    }

    /** The parts of a container by their keys, or null if the value is no container. */
    Map<String, Object> children(String name, Object value) throws CorruptFileException {
      if (value instanceof Map<?, ?> map) {
        count(name, map.size());
        Map<String, Object> children = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String key = String.valueOf(entry.getKey());
          if (children.containsKey(key)) {
            throw corrupt(name, "has the key " + CorruptFileException.quote(key) + " twice");
          }
          children.put(key, entry.getValue());
        }
        return children;
      }
      List<?> items =
          value instanceof Tuple tuple
              ? tuple.items()
              : value instanceof List<?> list ? list : null;
      if (items == null) {
        return null;
      }
      count(name, items.size());
      Map<String, Object> children = new LinkedHashMap<>();
      for (int i = 0; i < items.size(); i++) {
        children.put(Integer.toString(i), items.get(i));
      }
      return children;
    }

    private void count(String name, int more) throws CorruptFileException {
      if (more > MOST_PARTS - parts) {
        throw corrupt(name, "passes the limit of " + MOST_PARTS + " values");
      }
      parts += more;
    }

    private CorruptFileException corrupt(String name, String problem) {
      return new CorruptFileException(
          file, "the entry " + CorruptFileException.quote(name) + " " + problem, RESAVE);
    }
  }
}
