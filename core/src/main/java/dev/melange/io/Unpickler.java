package dev.melange.io;

import dev.melange.io.TorchGlobals.BadArguments;
import dev.melange.io.TorchGlobals.Function;
import dev.melange.io.TorchGlobals.Global;
import dev.melange.io.TorchGlobals.Tuple;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A machine for the part of Python's pickle language (protocols 2 to 5) that state dicts need. It
 * builds plain values only - maps, lists, tuples, strings, numbers, {@link TorchTensor} - and
 * refuses every other instruction and every global that {@link TorchGlobals} does not list. It runs
 * no code and never recurses, so no nesting can exhaust its stack.
 */
final class Unpickler {
  static final int LONGEST_PICKLE = 1 << 26;
  static final int MOST_INSTRUCTIONS = 2_000_000;
  static final int MOST_TENSORS = 100_000;

  private static final int LONGEST_INTEGER = 256;
  private static final String RESAVE =
      "save the weights alone with torch.save(model.state_dict(), ...)";
  private static final String DAMAGED = "the file is damaged: fetch it again";

  private final Path file;
  private final ByteBuffer in;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private int tensors;

  private Unpickler(Path file, ByteBuffer in) {
    this.file = file;
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The value that a pickle describes. */
  static Object read(Path file, ByteBuffer pickle) throws CorruptFileException {
    Unpickler unpickler = new Unpickler(file, pickle);
    try {
      return unpickler.run();
    } catch (BufferUnderflowException e) {
      throw new CorruptFileException(file, "the pickle ends too early", DAMAGED, e);
    } catch (BadArguments e) {
      throw new CorruptFileException(file, "the pickle has " + e.getMessage(), DAMAGED, e);
    }
  }

  private Object run() throws CorruptFileException, BadArguments {
    for (int count = 0; count < MOST_INSTRUCTIONS; count++) {
      int opcode = Byte.toUnsignedInt(in.get());
      if (opcode == '.') {
        Object value = pop();
        if (!stack.isEmpty() || in.hasRemaining()) {
          throw damaged("the pickle goes on after its value");
        }
        return value;
      }
      step(opcode);
    }
    throw corrupt("the pickle has more than " + MOST_INSTRUCTIONS + " instructions", RESAVE);
  }

  // The letters are the language's own opcodes.
  private void step(int opcode) throws CorruptFileException, BadArguments {
    switch (opcode) {
      case 0x80 -> {
        int protocol = Byte.toUnsignedInt(in.get());
        if (protocol < 2 || protocol > 5) {
          throw corrupt("the pickle has protocol " + protocol + ", expected 2 to 5", RESAVE);
        }
      }
      case 0x95 -> in.getLong();
      case '(' -> marks.add(stack.size());
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(peek());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.getInt());
      case 'K' -> push((long) Byte.toUnsignedInt(in.get()));
      case 'M' -> push((long) Short.toUnsignedInt(in.getShort()));
      case 0x8a -> push(integer(Byte.toUnsignedInt(in.get())));
      case 0x8b -> push(integer(in.getInt()));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> push(text(Integer.toUnsignedLong(in.getInt())));
      case 0x8c -> push(text(Byte.toUnsignedInt(in.get())));
      case 0x8d -> push(text(in.getLong()));
      case 'B' -> push(bytes(Integer.toUnsignedLong(in.getInt())));
      case 'C' -> push(bytes(Byte.toUnsignedInt(in.get())));
      case ']' -> push(new ArrayList<>());
      case '}' -> push(new LinkedHashMap<>());
      case ')' -> push(new Tuple(List.of()));
      case 't' -> push(new Tuple(popMark()));
      case 0x85 -> push(tuple(1));
      case 0x86 -> push(tuple(2));
      case 0x87 -> push(tuple(3));
      case 'a' -> {
        Object item = pop();
        list().add(item);
      }
      case 'e' -> {
        List<Object> items = popMark();
        list().addAll(items);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        put(map(), key, value);
      }
      case 'u' -> {
        List<Object> items = popMark();
        if (items.size() % 2 != 0) {
          throw damaged("the pickle has a key without a value");
        }
        Map<Object, Object> map = map();
        for (int i = 0; i < items.size(); i += 2) {
          put(map, items.get(i), items.get(i + 1));
        }
      }
      case 'q' -> memo.put(Byte.toUnsignedInt(in.get()), peek());
      case 'r' -> memo.put(in.getInt(), peek());
      case 0x94 -> memo.put(memo.size(), peek());
      case 'h' -> push(remembered(Byte.toUnsignedInt(in.get())));
      case 'j' -> push(remembered(in.getInt()));
      case 'c' -> {
        String module = line();
        push(global(module, line()));
      }
      case 0x93 -> {
        Object name = pop();
        if (!(pop() instanceof String module) || !(name instanceof String text)) {
          throw damaged("the pickle names a global by something else than texts");
        }
        push(global(module, text));
      }
      case 'Q' -> push(TorchGlobals.storage(pop()));
      case 'R' -> {
        Object arguments = pop();
        if (!(pop() instanceof Function function) || !(arguments instanceof Tuple tuple)) {
          throw damaged("the pickle calls something that is no function");
        }
        Object result = TorchGlobals.call(function, tuple.items());
        if (result instanceof TorchTensor && ++tensors > MOST_TENSORS) {
          throw corrupt("the pickle makes more than " + MOST_TENSORS + " tensors", RESAVE);
        }
        push(result);
      }
      case 'b' -> {
        // A state dict carries the modules' versions as an attribute, which no weight depends on.
        if (!(pop() instanceof Map) || !(peek() instanceof Map)) {
          throw corrupt("the pickle sets attributes of something that is no dict", RESAVE);
        }
      }
      default ->
          throw corrupt(
              "the pickle has the instruction 0x"
                  + Integer.toHexString(opcode)
                  + ", which no state dict needs",
              RESAVE);
    }
  }

  private Global global(String module, String name) throws CorruptFileException {
    Global global = TorchGlobals.find(module, name);
    if (global != null) {
      return global;
    }
    String quoted = CorruptFileException.quote(module + "." + name);
    if (module.equals("numpy") || module.startsWith("numpy.")) {
      throw corrupt(
          "holds NumPy values (" + quoted + "), which are not read",
          "turn them into numbers with .item() or into tensors with torch.from_numpy, or "
              + RESAVE);
    }
    if ((module.equals("torch") || module.equals("torch.storage")) && name.endsWith("Storage")) {
      throw corrupt(
          "holds a tensor with the unsupported storage " + quoted,
          "convert the tensor to a standard type, then save again");
    }
    if (module.equals("torch") && name.matches("[a-z]+[0-9][a-z0-9_]*")) {
      throw corrupt(
          "holds the unsupported element type " + quoted,
          "convert the tensor to a standard type, then save again");
    }
    throw corrupt(
        "refers to "
            + quoted
            + ", which could run code or needs Python classes, and is not on the list of safe names",
        RESAVE);
  }

  private Object pop() throws CorruptFileException {
    if (stack.size() <= bottom()) {
      throw damaged("the pickle takes a value where there is none");
    }
    return stack.remove(stack.size() - 1);
  }

  private Object peek() throws CorruptFileException {
    if (stack.size() <= bottom()) {
      throw damaged("the pickle takes a value where there is none");
    }
    return stack.get(stack.size() - 1);
  }

  private int bottom() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
  }

  private void push(Object value) {
    stack.add(value);
  }

  private List<Object> popMark() throws CorruptFileException {
    if (marks.isEmpty()) {
      throw damaged("the pickle goes back to a mark where there is none");
    }
    List<Object> tail = stack.subList(marks.remove(marks.size() - 1), stack.size());
    List<Object> items = new ArrayList<>(tail);
    tail.clear();
    return items;
  }

  private Tuple tuple(int size) throws CorruptFileException {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Tuple(Arrays.asList(items));
  }

  @SuppressWarnings("unchecked")
  private List<Object> list() throws CorruptFileException {
    if (peek() instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw damaged("the pickle appends to something that is no list");
  }

  @SuppressWarnings("unchecked")
  private Map<Object, Object> map() throws CorruptFileException {
    if (peek() instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw damaged("the pickle sets an item of something that is no dict");
  }

  // Plain keys only: hashing a nested value could recurse without end.
  private void put(Map<Object, Object> map, Object key, Object value) throws CorruptFileException {
    if (!(key instanceof String || key instanceof Long)) {
      throw corrupt("holds a dict with a key that is neither text nor a whole number", RESAVE);
    }
    map.put(key, value);
  }

  private Object remembered(int index) throws CorruptFileException {
    Object value = memo.get(index);
    if (value == null) {
      throw damaged("the pickle remembers a value that it never stored");
    }
    return value;
  }

  private Object integer(int length) throws CorruptFileException {
    if (length < 0 || length > LONGEST_INTEGER) {
      throw damaged("the pickle has a whole number of " + length + " bytes");
    }
    byte[] littleEndian = bytes(length);
    byte[] bigEndian = new byte[length];
    for (int i = 0; i < length; i++) {
      bigEndian[i] = littleEndian[length - 1 - i];
    }
    BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private String text(long length) throws CorruptFileException {
    byte[] bytes = bytes(length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptFileException(file, "the pickle has a text that is not UTF-8", DAMAGED, e);
    }
  }

  private byte[] bytes(long length) throws CorruptFileException {
    if (length < 0 || length > in.remaining()) {
      throw damaged(
          "the pickle has a value of "
              + Long.toUnsignedString(length)
              + " bytes, "
              + in.remaining()
              + " are left");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (byte next = in.get(); next != '\n'; next = in.get()) {
      line.append((char) Byte.toUnsignedInt(next));
    }
    return line.toString();
  }

  private CorruptFileException damaged(String problem) {
    return corrupt(problem, DAMAGED);
  }

  private CorruptFileException corrupt(String problem, String advice) {
    return new CorruptFileException(file, problem, advice);
  }
}
