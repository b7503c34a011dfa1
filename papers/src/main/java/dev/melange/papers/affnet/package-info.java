/**
 * AFFNet: a light network whose tokens are mixed by filters in the frequency domain that a small
 * network makes for each map ("Adaptive Frequency Filters As Efficient Global Token Mixers", ICCV
 * 2023).
 *
 * <p>{@link dev.melange.papers.affnet.AffTokenMixer} is the filter; its {@code filter} method also
 * gives the mask and the kernel of the circular convolution that it is equal to. {@link
 * dev.melange.papers.affnet.AffBlock} is the block around it, {@link
 * dev.melange.papers.affnet.AffNet} the network with its maps for dense prediction, {@link
 * dev.melange.papers.affnet.DeepLabV3Head} the head for segmentation and {@link
 * dev.melange.papers.affnet.AffNetSegmenter} both together. {@link
 * dev.melange.papers.affnet.MaskPictures} draws the masks and kernels for single images. Names and
 * details follow the official code, which adds to the paper's text: groups of channels, biases, a
 * soft threshold, and the sum of filter and input.
 */
package dev.melange.papers.affnet;
