/**
 * Pushing Boundaries: Mixup's Influence on Neural Collapse (Fisher, Meng and Papyan, ICLR 2024):
 * the shape that last-layer features take when a classifier is trained on mixtures.
 *
 * <pre>
 *   metrics of neural collapse           {@link dev.melange.papers.mixupneuralcollapse.CollapseMetrics}
 *   plane of three classifier rows       {@link dev.melange.papers.mixupneuralcollapse.ClassifierPlane}
 *   unconstrained features, closed form  {@link dev.melange.papers.mixupneuralcollapse.UnconstrainedFeatures}
 *   geometry of mixed features           {@link dev.melange.papers.mixupneuralcollapse.MixupGeometry}
 *   calibration                          {@link dev.melange.papers.mixupneuralcollapse.CalibrationReport}
 *   all of it, of a trained classifier   {@link dev.melange.papers.mixupneuralcollapse.GeometryInspection}
 * </pre>
 */
package dev.melange.papers.mixupneuralcollapse;
