/**
 * Policies that mix an image with a second one, their labels and their losses: a small library of
 * its own.
 *
 * <ul>
 *   <li>{@link dev.melange.mix.MixPolicy} draws and mixes, on plain tensors or on batches of a
 *       trainer; the static {@code apply} of a policy's record takes every draw as an argument.
 *   <li>{@link dev.melange.mix.MixPolicies} has the hand-crafted ones by name, {@link
 *       dev.melange.mix.MixNotation} says how they are written, with keys, schedules and several to
 *       draw from.
 *   <li>{@link dev.melange.mix.MixLosses} and {@link dev.melange.mix.MixLabels} are their losses
 *       and soft labels.
 *   <li>{@link dev.melange.mix.MixLearner} is a policy with networks of its own, which {@link
 *       dev.melange.mix.MixTraining} trains beside the classifier.
 * </ul>
 *
 * <p>{@code lam} is always the weight of the first image.
 */
package dev.melange.mix;
