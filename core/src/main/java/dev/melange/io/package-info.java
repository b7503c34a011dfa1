/**
 * Files of tensors, independent of the engine: the safetensors format ({@link
 * dev.melange.io.SafeTensorsFile}, {@link dev.melange.io.SafeTensorsWriter}), PyTorch's zip
 * checkpoints ({@link dev.melange.io.TorchFile}), and atomic writing of any file ({@link
 * dev.melange.io.AtomicFiles}).
 *
 * <p>Every file is hostile until checked: whatever its bytes are, opening it either succeeds or
 * throws one {@link dev.melange.io.CorruptFileException} that names the file, what is wrong and
 * what to do, without running code from the file and without allocating by a length it claims.
 */
package dev.melange.io;
