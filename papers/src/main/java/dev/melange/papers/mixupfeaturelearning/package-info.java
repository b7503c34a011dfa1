/**
 * The Benefits of Mixup for Feature Learning (Zou, Cao, Li and Gu, ICML 2023): why mixup learns
 * rare features that standard training leaves out, shown on data of common and rare features.
 *
 * <pre>
 *   data of features and feature noise   {@link dev.melange.papers.mixupfeaturelearning.FeatureNoise}
 *   two-layer network, squared           {@link dev.melange.papers.mixupfeaturelearning.QuadraticCnn}
 *   standard and mixup losses            {@link dev.melange.papers.mixupfeaturelearning.FeatureMixup}
 *   gradient descent, early-stopped      {@link dev.melange.papers.mixupfeaturelearning.FeatureLearning}
 *   different shares of image and label  {@link dev.melange.papers.mixupfeaturelearning.AsymmetricMixup}
 * </pre>
 */
package dev.melange.papers.mixupfeaturelearning;
