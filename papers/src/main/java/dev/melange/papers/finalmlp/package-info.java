/**
 * FinalMLP (Mao et al., AAAI 2023), the click models it is compared with, and their use on tables
 * of one's own.
 *
 * <p>From the paper to the code: the embeddings e of section 2 are {@link
 * dev.melange.papers.finalmlp.FeatureEmbedding}; the two plain streams o1 = MLP1(h1), o2 = MLP2(h2)
 * are {@link dev.melange.papers.finalmlp.Tower}s, summed in {@link
 * dev.melange.papers.finalmlp.DualMlp}; the gates g = 2 sigmoid(Gate(x)), h = g * e of the
 * stream-specific feature selection are {@link dev.melange.papers.finalmlp.FeatureSelection}; the
 * fusion b + w1 o1 + w2 o2 + sum over heads o1_j W_j o2_j is {@link
 * dev.melange.papers.finalmlp.InteractionAggregation}; all of it is {@link
 * dev.melange.papers.finalmlp.FinalMlp}. {@link dev.melange.papers.finalmlp.ClickTraining} is the
 * authors' way to train, {@link dev.melange.papers.finalmlp.ClickPredictor} the door for one's own
 * tables.
 */
package dev.melange.papers.finalmlp;
