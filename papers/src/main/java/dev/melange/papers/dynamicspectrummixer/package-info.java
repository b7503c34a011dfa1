/**
 * Dynamic spectrum mixer: tokens are mixed by a cosine transform whose bands of frequencies are
 * weighted anew for each image ("Dynamic Spectrum Mixer for Visual Recognition", 2023).
 *
 * <p>The paper has no official code. Its statements are that tokens are mixed in the domain of the
 * discrete cosine transform and that a generated weight selects bands of the spectrum; {@link
 * dev.melange.papers.dynamicspectrummixer.CosineTransform} and {@link
 * dev.melange.papers.dynamicspectrummixer.DynamicSpectrumMixer} do that. The form of the bands
 * ({@link dev.melange.papers.dynamicspectrummixer.SpectrumBands}), of the small network that
 * generates their weights, of the block and of the pyramid ({@link
 * dev.melange.papers.dynamicspectrummixer.Dsm}) are choices made here.
 */
package dev.melange.papers.dynamicspectrummixer;
