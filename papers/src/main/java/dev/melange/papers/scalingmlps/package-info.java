/**
 * Scaling MLPs (Bachmann, Anagnostidis and Hofmann, NeurIPS 2023): MLPs on flattened pixels, with
 * inverted bottlenecks, pre-trained and fine-tuned.
 *
 * <pre>
 *   standard and bottleneck MLP           {@link dev.melange.papers.scalingmlps.ScalingMlp}
 *   optimiser of the pre-training         {@link dev.melange.optim.Lion}
 *   loss of mixed batches                 {@link dev.melange.papers.scalingmlps.MixupSmoothLoss}
 *   random resized crops of batches       {@link dev.melange.papers.scalingmlps.BatchCrops}
 *   fine-tuning and linear probes         {@link dev.melange.papers.FineTuning}
 *   test-time augmentation                {@link dev.melange.papers.TestTimeAugmentation}
 *   error by compute                      {@link dev.melange.papers.scalingmlps.ScalingLaw}
 * </pre>
 */
package dev.melange.papers.scalingmlps;
