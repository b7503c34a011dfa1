/**
 * MS-MLP ("Mixing and Shifting: Exploiting Global and Local Dependencies in Vision MLPs", 2022):
 * groups of channels are shifted by different distances and mixed over neighbourhoods that grow
 * with the distance from the first group.
 *
 * <pre>
 *   mix-shift   roll, then depthwise convolution, per group and direction  {@link dev.melange.papers.msmlp.MixShift}
 *   block       x + gamma MLP(norm(mix-shift(x)))                          {@link dev.melange.papers.msmlp.MixShiftBlock}
 *   network     patches, stages, mean, norm, linear                        {@link dev.melange.papers.msmlp.MsMlp}
 * </pre>
 *
 * <p>The order is that of the official code: shifting comes before mixing, where the paper's
 * drawing shows the opposite; away from the borders the two are the same. The combination with Swin
 * transformers was not published as code and is not here.
 */
package dev.melange.papers.msmlp;
