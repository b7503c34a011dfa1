/**
 * Kalantidis, Sariyildiz, Pion, Weinzaepfel and Larlus, "Hard Negative Mixing for Contrastive
 * Learning" (2020): MoCo-v2 tells each image's other view from a queue of other images. Most of
 * these are soon too easy, so MoCHi mixes harder ones for each query, in the space of embeddings.
 *
 * <ul>
 *   <li>{@link dev.melange.papers.hardnegativemixing.MocoEncoder}: images to features and
 *       embeddings; published MoCo checkpoints name it {@code module.encoder_q}
 *   <li>{@link dev.melange.papers.hardnegativemixing.Moco}: InfoNCE over the queue; {@link
 *       dev.melange.papers.hardnegativemixing.MocoUpdate}: the key encoder's moving average and the
 *       queue
 *   <li>{@link dev.melange.papers.hardnegativemixing.Mochi}: the same with mixed negatives, and
 *       with the oracle that knows the classes; {@link
 *       dev.melange.papers.hardnegativemixing.MixingPoints}: what is mixed, drawn at random; {@link
 *       dev.melange.papers.hardnegativemixing.FalseNegatives}: how much of it is wrong
 *   <li>{@link dev.melange.papers.hardnegativemixing.ContrastiveMetrics} and {@link
 *       dev.melange.papers.hardnegativemixing.KnnClassifier}: how good embeddings are
 *   <li>{@link dev.melange.papers.hardnegativemixing.MocoModel} and {@link
 *       dev.melange.papers.hardnegativemixing.ContrastiveTraining}: all of it as a training, of any
 *       {@link dev.melange.papers.hardnegativemixing.ContrastiveEncoder}; {@link
 *       dev.melange.papers.hardnegativemixing.ContrastiveEvaluation} and {@link
 *       dev.melange.papers.hardnegativemixing.LinearProbe}: what became of it
 * </ul>
 *
 * <p>Batch norms see the whole batch: MoCo's exchange of samples between devices, which hides from
 * the network which key belongs to which query, has no counterpart on one device.
 */
package dev.melange.papers.hardnegativemixing;
