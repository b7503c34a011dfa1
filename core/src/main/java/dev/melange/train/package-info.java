/**
 * Training: batches of tensors, the trainer with its checkpoints, and inference over data.
 *
 * <p>A training step cuts its batch into parts, one per worker thread; each part is run through the
 * same parameters, and the parts' gradients are added in a fixed order. All randomness is a pure
 * function of (seed, epoch, step, part), so a run is repeated and resumed bit for bit at a given
 * number of workers.
 */
package dev.melange.train;
