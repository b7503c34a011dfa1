/**
 * Optimisers, learning-rate schedules, averaged weights and rules that end a training.
 *
 * <p>An {@link dev.melange.optim.Optimizer} moves all parameters of a model into one flat vector,
 * so that an update or an average takes few native operations however many layers there are. A
 * training step reads:
 *
 * <pre>{@code
 * Gradients gradients = optimizer.gradients(Autograd.grad(loss, optimizer.parameters()));
 * gradients.clipNorm(1);
 * optimizer.step(schedule.at(optimizer.steps()), gradients);
 * }</pre>
 */
package dev.melange.optim;
