/**
 * Tensors: a thin layer over libtorch, and the only place that knows it.
 *
 * <p>{@link dev.melange.tensor.Tensor} is a handle on an n-dimensional array in native memory, with
 * methods that chain as in PyTorch. Operators with many options are static functions by topic:
 * {@link dev.melange.tensor.Nn} (networks), {@link dev.melange.tensor.Fft}, {@link
 * dev.melange.tensor.Linalg}, {@link dev.melange.tensor.Losses}, {@link
 * dev.melange.tensor.Special}, {@link dev.melange.tensor.Counts}, {@link
 * dev.melange.tensor.Resample}. What is missing is called by name with {@link
 * dev.melange.tensor.Operator}. Gradients come from {@link dev.melange.tensor.Tensor#backward()}
 * and {@link dev.melange.tensor.Autograd}, which also takes functions with gradients of your own. A
 * refused operation throws {@link dev.melange.tensor.TensorException}, which names the operation
 * and its operands' shapes.
 *
 * <h2>Who frees memory</h2>
 *
 * <p>A tensor belongs to the innermost open {@link dev.melange.tensor.Scope} of the thread that
 * made it, and dies with it.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor y = x.matmul(w).add(b).gelu();   // three tensors, all freed at the closing brace
 *   loss = y.mean().item();                 // a Java number escapes
 * }
 * }</pre>
 *
 * <p>What a body returns from {@code Scope.run} escapes to the scope around, inside arrays,
 * collections, maps and records too:
 *
 * <pre>{@code
 * Tensor y = Scope.run(() -> x.matmul(w).add(b).gelu());
 * }</pre>
 *
 * <p>{@code scope.keep(tensor)} hands one tensor to the scope around, and {@code tensor.disown()}
 * takes it out of all scopes, for objects that live long, such as parameters. Without a scope a
 * tensor lives until it is closed; the garbage collector frees forgotten ones, late. {@link
 * dev.melange.tensor.Memory} counts what is open. A closed handle refuses use with an error; the
 * graph of a pending backward pass keeps the memory that it needs, whatever is closed.
 *
 * <h2>Threads</h2>
 *
 * <p>A scope belongs to its thread. Its tensors may be read by any thread while it is open, and
 * written in place by one at a time. Whether operations are recorded ({@code Autograd.noGrad()}) is
 * a matter of each thread. {@link dev.melange.tensor.Engine} decides once per process on device,
 * threads and precision; {@link dev.melange.tensor.Engine#parallel} runs parts of a batch on
 * single-threaded workers, hands the results to the caller's scope in the order of the tasks, and
 * gives the same bits in every run with the same number of parts.
 *
 * <h2>Random numbers</h2>
 *
 * <p>There is no global generator: what draws takes an {@link dev.melange.tensor.Rng}, whose state
 * is two numbers.
 */
package dev.melange.tensor;
