/**
 * MambaMixer (Behrouz, Santacatterina and Zabih, arXiv 2403.19888): selective state spaces along
 * tokens and along channels, in blocks that read learned averages of all earlier outputs.
 *
 * <pre>
 *   selective scan             h_i = exp(dt_i A) h_(i-1) + dt_i B_i u_i   {@link dev.melange.papers.mambamixer.SelectiveScan}
 *   Mamba block                filter, scan and gate, causal              {@link dev.melange.papers.mambamixer.Mamba}
 *   in both directions         the same, and reversed                     {@link dev.melange.papers.mambamixer.BidirectionalMamba}
 *   token mixer of images      four scans over the map                    {@link dev.melange.papers.mambamixer.Ss2d}
 *   channel mixer              scans along the channels                   {@link dev.melange.papers.mambamixer.SelectiveChannelMixer}
 *   weighted averaging         of all earlier outputs                     {@link dev.melange.papers.mambamixer.FeatureStack}
 *   ViM2                       image classifier                           {@link dev.melange.papers.mambamixer.MambaMixer}
 *   TSM2                       forecaster                                 {@link dev.melange.papers.mambamixer.SeriesMambaMixer}
 * </pre>
 *
 * <p>The authors have published no code. The scan and the block follow Mamba, the scans over maps
 * VMamba. What the paper leaves open is chosen here: where the normalisations stand, the initial
 * averaging coefficients (those of a residual network), the reduction of many tokens in the channel
 * mixer, and how covariates enter. So are the sizes of the models, whose numbers of parameters are
 * therefore not the paper's.
 */
package dev.melange.papers.mambamixer;
