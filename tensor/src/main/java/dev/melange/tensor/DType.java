package dev.melange.tensor;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Element types. The names are those of the safetensors format; {@link #torchName()} gives
 * PyTorch's.
 */
public enum DType {
  F64("float64", 8, true),
  F32("float32", 4, true),
  F16("float16", 2, true),
  BF16("bfloat16", 2, true),
  I64("int64", 8, false),
  I32("int32", 4, false),
  I16("int16", 2, false),
  I8("int8", 1, false),
  U8("uint8", 1, false),
  BOOL("bool", 1, false),
  /** Complex of two {@link #F32}; results of Fourier transforms. */
  C64("complex64", 8, false),
  /** Complex of two {@link #F64}. */
  C128("complex128", 16, false);

  private final String torchName;
  private final int bytes;
  private final boolean floating;

  DType(String torchName, int bytes, boolean floating) {
    this.torchName = torchName;
    this.bytes = bytes;
    this.floating = floating;
  }

  /** PyTorch's name, for instance {@code float32}. */
  public String torchName() {
    return torchName;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** Whether the type is a real floating-point type (can carry gradients). */
  public boolean isFloating() {
    return floating;
  }

  /** Whether the type is complex. */
  public boolean isComplex() {
    return this == C64 || this == C128;
  }

  /**
   * The type of a name.
   *
   * @param name a safetensors name ({@code F32}) or a PyTorch name ({@code float32}), in any case
   * @throws IllegalArgumentException for an unknown name
   */
  public static DType of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (DType type : values()) {
      if (type.torchName.equals(lower) || type.name().toLowerCase(Locale.ROOT).equals(lower)) {
        return type;
      }
    }
    throw new IllegalArgumentException("unknown element type '" + name + "'");
  }

  // The mapping to libtorch is a switch, not a field, so that reading a file's header does not load
  // libtorch.
  ScalarType torch() {
    return switch (this) {
      case F64 -> ScalarType.Double;
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case I64 -> ScalarType.Long;
      case I32 -> ScalarType.Int;
      case I16 -> ScalarType.Short;
      case I8 -> ScalarType.Char;
      case U8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
      case C64 -> ScalarType.ComplexFloat;
      case C128 -> ScalarType.ComplexDouble;
    };
  }

  static DType of(ScalarType type) {
    return switch (type.intern()) {
      case Double -> F64;
      case Float -> F32;
      case Half -> F16;
      case BFloat16 -> BF16;
      case Long -> I64;
      case Int -> I32;
      case Short -> I16;
      case Char -> I8;
      case Byte -> U8;
      case Bool -> BOOL;
      case ComplexFloat -> C64;
      case ComplexDouble -> C128;
      default -> throw new IllegalArgumentException("element type " + type + " is not supported");
    };
  }
}
