package dev.melange.io;

import dev.melange.tensor.DType;

/**
 * What a pickle says of the bytes behind tensors.
 *
 * @param key the name of the archive's entry
 * @param dtype the element type, {@code U8} for untyped storages
 * @param elements the number of elements
 */
record TorchStorage(String key, DType dtype, long elements) {}
