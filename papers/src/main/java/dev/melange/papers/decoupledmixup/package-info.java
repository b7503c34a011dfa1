/**
 * Decoupled mixup: a loss for mixed samples (Harnessing Hard Mixed Samples with Decoupled
 * Regularizer, 2022).
 *
 * <ul>
 *   <li>Section 3, the decoupled softmax and DM(CE), DM(BCE): {@link
 *       dev.melange.papers.decoupledmixup.DecoupledMixup}; for mixtures of more than two classes
 *       {@link dev.melange.papers.decoupledmixup.KFoldDecoupledMixup}
 *   <li>Semi-supervised training, asymmetric mixing: the losses {@link
 *       dev.melange.papers.decoupledmixup.DMixMatch}, the steps {@link
 *       dev.melange.papers.decoupledmixup.DMixMatchTraining} with their networks {@link
 *       dev.melange.papers.decoupledmixup.DMixMatchModel}
 *   <li>Fine-tuning of a trained network on few labels: {@link
 *       dev.melange.papers.decoupledmixup.DMixTuning}, with pseudo group contrast {@link
 *       dev.melange.papers.decoupledmixup.GroupContrast}
 * </ul>
 *
 * <p>The policies that mix the images are those of {@link dev.melange.mix}; {@link
 * dev.melange.papers.Mixing} joins both under names such as {@code decoupled-cutmix:1}.
 */
package dev.melange.papers.decoupledmixup;
