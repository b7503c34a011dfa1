/**
 * TSMixer (Ekambaram et al., IBM, KDD 2023): patches of series, mixed by small gated MLPs.
 *
 * <pre>
 *   scaling of windows        {@link dev.melange.papers.tsmixer.WindowScaler}
 *   mixer layer               {@link dev.melange.papers.tsmixer.MixerLayer}: {@link dev.melange.papers.tsmixer.ChannelMixer},
 *                             {@link dev.melange.papers.tsmixer.PatchMixer}, {@link dev.melange.papers.tsmixer.FeatureMixer}, each with a
 *                             {@link dev.melange.papers.tsmixer.SoftmaxGate}
 *   network, heads, losses    {@link dev.melange.papers.tsmixer.TsMixer}
 *   distributions             {@link dev.melange.papers.tsmixer.DistributionOutput}
 *   hidden patches            {@link dev.melange.papers.tsmixer.PatchMask}
 *   reconciliation            {@link dev.melange.papers.tsmixer.CrossChannelReconciliation},
 *                             {@link dev.melange.papers.tsmixer.HierarchicalForecastHead},
 *                             {@link dev.melange.papers.tsmixer.HierarchicalReconciliation}
 * </pre>
 *
 * <p>The network and its weights' names are those of the official release. The heads that reconcile
 * are in the paper alone; what the paper leaves open of them (biases, order, scale of the sums) is
 * decided here.
 */
package dev.melange.papers.tsmixer;
