/**
 * Images: reading files, folders, zips and IDX; transforms; packed sets in memory.
 *
 * <p>Everything up to {@link dev.melange.data.image.Normalize} works on {@link
 * dev.melange.data.image.Image}: 8-bit samples, planar (channel, row, column), with the rounding of
 * the usual 8-bit imaging libraries. {@code Normalize} gives the {@link
 * dev.melange.data.image.FloatImage} that a model sees.
 */
package dev.melange.data.image;
