/**
 * MAXIM (Tu et al., CVPR 2022, arXiv 2201.02973): restoring photographs with gated MLPs that mix
 * pixels inside small windows and, at the same time, across a grid over the whole image.
 *
 * <pre>
 *   gated MLP along one axis, section 3.2       {@link dev.melange.papers.maxim.AxisGmlp}
 *   multi-axis block, section 3.2               {@link dev.melange.papers.maxim.MultiAxisGmlp}
 *   cross gating, section 3.3                   {@link dev.melange.papers.maxim.CrossGating}
 *   channel attention blocks                    {@link dev.melange.papers.maxim.ResidualChannelAttention},
 *                                               {@link dev.melange.papers.maxim.ChannelMixing}
 *   supervised attention between stages         {@link dev.melange.papers.maxim.SupervisedAttention}
 *   one U-Net                                   {@link dev.melange.papers.maxim.Stage}
 *   all of them, section 3.1                    {@link dev.melange.papers.maxim.Maxim}
 *   objective, section 3.4                      {@link dev.melange.papers.maxim.RestorationLoss}
 * </pre>
 *
 * <p>Photographs are restored by {@link dev.melange.papers.maxim.Restorer} with a {@link
 * dev.melange.papers.maxim.RestorationModel}, which {@link
 * dev.melange.papers.maxim.RestorationTraining} makes or {@link
 * dev.melange.papers.maxim.FlaxCheckpoint} reads.
 *
 * <p>Structure, names and sizes of the weights are the official code's, also where that differs
 * from the paper: the low-resolution levels use the size of the blocks for the grid, too, and some
 * widening factors are not handed down.
 */
package dev.melange.papers.maxim;
