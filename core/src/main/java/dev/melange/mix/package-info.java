/**
 * Policies that mix an image with a second one, their labels and their losses. Every random draw is
 * an argument, so that a policy is a function; {@code lam} is always the weight of the first image.
 */
package dev.melange.mix;
