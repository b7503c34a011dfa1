/**
 * Shafran, Geiger and Geva, "Decomposing MLP Activations into Interpretable Features via
 * Semi-Nonnegative Matrix Factorization" (2025): the activations of an MLP at many tokens, A [m,
 * n], are factored into sparse features F [m, K] (which neurons act together) and their
 * non-negative coefficients G [n, K] (how strongly each token expresses a feature).
 *
 * <ul>
 *   <li>{@link dev.melange.papers.seminmf.SemiNmf}: the alternating updates; {@link
 *       dev.melange.papers.seminmf.SemiNmfStart}: where they start; {@link
 *       dev.melange.papers.seminmf.HierarchicalSnmf}: factoring again what the factors found
 *   <li>{@link dev.melange.papers.seminmf.TokenActivations}, {@link
 *       dev.melange.papers.seminmf.ConceptFeatures} and {@link
 *       dev.melange.papers.seminmf.FeatureTree}: from a model and a text to features, the contexts
 *       they stand for, and how they merge
 *   <li>{@link dev.melange.papers.seminmf.Steering} and {@link
 *       dev.melange.papers.seminmf.SteeringScore}: pushing a model along a direction, and what that
 *       does
 *   <li>{@link dev.melange.papers.seminmf.ConceptDetection}, {@link
 *       dev.melange.papers.seminmf.Similarity} and {@link dev.melange.papers.seminmf.DiffMean}:
 *       detection, and the supervised baseline
 *   <li>{@link dev.melange.papers.seminmf.SemiNmfStudy}: the claim as an experiment; {@link
 *       dev.melange.papers.seminmf.Inspection}: features of a model in a text of one's own
 * </ul>
 */
package dev.melange.papers.seminmf;
