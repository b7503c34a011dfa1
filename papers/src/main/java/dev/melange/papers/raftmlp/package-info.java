/**
 * RaftMLP ("How Much Can Be Done Without Attention and with Less Spatial Locality?", ACCV 2022):
 * MLP-Mixer's mixing of all positions is split into an MLP down the columns and one along the rows,
 * each of which also mixes the few channels of a raft.
 *
 * <pre>
 *   level       patches of one or several sizes, blocks      RaftLevel, PatchEmbedding
 *   block       token mixing, then an MLP over channels      RaftBlock
 *   ser_pm      vertical, then horizontal rafts              {@link dev.melange.papers.raftmlp.RaftMixer}
 *   original_tm one MLP over all positions (the baseline)    GlobalMixer
 *   any size    bicubic resizing within each block           Grids
 *   training    Mixup, then CutMix of the same batch         {@link dev.melange.papers.raftmlp.CutMixup}
 * </pre>
 *
 * <p>The permutations of the paper's figures are not carried out: positions stay before channels in
 * memory, and only the MLPs see rafts. What is stored in permuted order in published weights (scale
 * and shift of the normalisations) is permuted on use.
 */
package dev.melange.papers.raftmlp;
