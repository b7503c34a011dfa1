/**
 * Optimisers, learning-rate schedules, averaged weights and rules that end a training.
 *
 * <p>An {@link dev.melange.optim.Optimizer} moves all parameters of a model into one flat vector,
 * so that an update, a clipping or an average is one native operation however many layers there
 * are. A training step reads:
 *
 * <pre>{@code
 * optimizer.zeroGradient();
 * optimizer.accumulate(Autograd.grad(loss, optimizer.parameters()));
 * optimizer.clipGradientNorm(1);
 * optimizer.step(schedule.at(optimizer.steps()));
 * }</pre>
 */
package dev.melange.optim;
