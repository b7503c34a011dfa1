package dev.melange.io;

import static java.util.Map.entry;

import dev.melange.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The only names a state dict's pickle may refer to, and what calling them gives. Nothing is looked
 * up or loaded by name: each is a constant of this class.
 */
final class TorchGlobals {
  private static final Map<String, DType> STORAGES =
      Map.ofEntries(
          entry("DoubleStorage", DType.F64),
          entry("FloatStorage", DType.F32),
          entry("HalfStorage", DType.F16),
          entry("BFloat16Storage", DType.BF16),
          entry("LongStorage", DType.I64),
          entry("IntStorage", DType.I32),
          entry("ShortStorage", DType.I16),
          entry("CharStorage", DType.I8),
          entry("ByteStorage", DType.U8),
          entry("UntypedStorage", DType.U8),
          entry("BoolStorage", DType.BOOL),
          entry("ComplexFloatStorage", DType.C64),
          entry("ComplexDoubleStorage", DType.C128));

  private TorchGlobals() {}

  /** A global of the whitelist. */
  sealed interface Global permits Function, StorageType, ElementType {}

  /** Callables. */
  enum Function implements Global {
    ORDERED_DICT,
    SIZE,
    REBUILD_TENSOR,
    REBUILD_TENSOR_V3,
    REBUILD_PARAMETER
  }

  /** A storage class such as {@code torch.FloatStorage}. */
  record StorageType(DType dtype) implements Global {}

  /** A type such as {@code torch.float32}. */
  record ElementType(DType dtype) implements Global {}

  /** A tuple, which unlike a list cannot change. */
  record Tuple(List<Object> items) {}

  /** A call's arguments or a reference are not what the function takes. */
  static final class BadArguments extends Exception {
    private static final long serialVersionUID = 1;

    BadArguments(String message) {
      super(message);
    }
  }

  /** The global of a name, or null if it is not in the whitelist. */
  static Global find(String module, String name) {
    return switch (module) {
      case "collections" -> name.equals("OrderedDict") ? Function.ORDERED_DICT : null;
      case "torch._utils" ->
          switch (name) {
            case "_rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
            case "_rebuild_tensor_v3" -> Function.REBUILD_TENSOR_V3;
            case "_rebuild_parameter", "_rebuild_parameter_with_state" ->
                Function.REBUILD_PARAMETER;
            default -> null;
          };
      case "torch.storage", "torch.cuda" -> storage(name);
      case "torch" -> {
        if (name.equals("Size")) {
          yield Function.SIZE;
        }
        Global storage = storage(name);
        yield storage != null ? storage : elementType(name);
      }
      default -> null;
    };
  }

  private static Global storage(String name) {
    DType dtype = STORAGES.get(name);
    return dtype == null ? null : new StorageType(dtype);
  }

  private static Global elementType(String name) {
    for (DType dtype : DType.values()) {
      if (dtype.torchName().equals(name)) {
        return new ElementType(dtype);
      }
    }
    return null;
  }

  static Object call(Function function, List<Object> arguments) throws BadArguments {
    return switch (function) {
      case ORDERED_DICT -> {
        if (!arguments.isEmpty()) {
          throw new BadArguments("OrderedDict takes no arguments, got " + arguments.size());
        }
        yield new LinkedHashMap<Object, Object>();
      }
      case SIZE -> {
        numbers(argument(arguments, 0), "size");
        yield arguments.get(0);
      }
      case REBUILD_TENSOR -> tensor(arguments, null);
      case REBUILD_TENSOR_V3 -> {
        if (!(argument(arguments, 6) instanceof ElementType type)) {
          throw new BadArguments("a tensor's type is no type");
        }
        yield tensor(arguments, type.dtype());
      }
      case REBUILD_PARAMETER -> {
        if (!(argument(arguments, 0) instanceof TorchTensor tensor)) {
          throw new BadArguments("a parameter's value is no tensor");
        }
        yield tensor;
      }
    };
  }

  /** The storage a persistent id refers to: ("storage", type, key, location, elements). */
  static TorchStorage storage(Object id) throws BadArguments {
    if (id instanceof Tuple tuple
        && tuple.items().size() == 5
        && "storage".equals(tuple.items().get(0))
        && tuple.items().get(1) instanceof StorageType type
        && tuple.items().get(2) instanceof String key
        && tuple.items().get(4) instanceof Long elements
        && elements >= 0) {
      return new TorchStorage(key, type.dtype(), elements);
    }
    throw new BadArguments("a reference to something that is no tensor storage");
  }

  private static TorchTensor tensor(List<Object> arguments, DType type) throws BadArguments {
    if (!(argument(arguments, 0) instanceof TorchStorage storage)) {
      throw new BadArguments("a tensor's storage is no storage");
    }
    if (!(argument(arguments, 1) instanceof Long offset) || offset < 0) {
      throw new BadArguments("a tensor's offset is no whole number of at least 0");
    }
    long[] shape = numbers(argument(arguments, 2), "shape");
    long[] strides = numbers(argument(arguments, 3), "strides");
    if (shape.length != strides.length) {
      throw new BadArguments(
          "a tensor has " + shape.length + " dimensions and " + strides.length + " strides");
    }
    return new TorchTensor(storage, type == null ? storage.dtype() : type, offset, shape, strides);
  }

  private static Object argument(List<Object> arguments, int index) throws BadArguments {
    if (index >= arguments.size()) {
      throw new BadArguments("a call lacks its argument " + index);
    }
    return arguments.get(index);
  }

  private static long[] numbers(Object tuple, String what) throws BadArguments {
    if (!(tuple instanceof Tuple items)) {
      throw new BadArguments("a tensor's " + what + " is no tuple");
    }
    if (items.items().size() > SafeTensorsHeader.MOST_DIMENSIONS) {
      throw new BadArguments("a tensor's " + what + " has " + items.items().size() + " numbers");
    }
    long[] numbers = new long[items.items().size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(items.items().get(i) instanceof Long number) || number < 0) {
        throw new BadArguments(
            "a tensor's " + what + " holds something else than whole numbers of at least 0");
      }
      numbers[i] = number;
    }
    return numbers;
  }
}
