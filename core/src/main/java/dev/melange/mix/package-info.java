/**
 * Policies that mix an image with a second one, their labels and their losses. A {@link
 * dev.melange.mix.MixPolicy} draws and mixes; its static {@code apply} takes every draw as an
 * argument. {@code lam} is always the weight of the first image.
 */
package dev.melange.mix;
