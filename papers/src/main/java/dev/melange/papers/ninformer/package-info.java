/**
 * NiNformer (Abdullah and Aydin, arXiv 2403.02411): a transformer block whose attention is replaced
 * by a gate that a whole MLP-Mixer block computes.
 *
 * <pre>
 *   inner network   Mixer(z): z + T(z), then + C(.)            {@link dev.melange.papers.ninformer.MixerBlock}
 *   gating unit     mgu(z) = proj(z) * Mixer(z)                {@link dev.melange.papers.ninformer.GatingUnit}
 *   block           x + mgu(norm(x)), then + ffn(norm(.))      {@link dev.melange.papers.ninformer.NinBlock}
 *   classifier      patches, blocks, mean over tokens, linear  {@link dev.melange.papers.ninformer.NinFormer}
 * </pre>
 *
 * <p>T mixes tokens and C channels, each a layer normalisation and a feed-forward network. The
 * names of the weights and the one normalisation that a block uses in two places are those of the
 * official code; the paper's figure shows two normalisations.
 */
package dev.melange.papers.ninformer;
