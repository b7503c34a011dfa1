/**
 * A comparison across papers: all kinds of image models of the catalogue, small enough for images
 * of 32 x 32, trained with the same budget; and all token mixers in one backbone.
 */
package dev.melange.papers.mixers;
