/**
 * AdaMixUp (MixUp as Locally Linear Out-Of-Manifold Regularization, 2018): a network learns for
 * each tuple of images from which interval their mixing weight may be drawn.
 *
 * <ul>
 *   <li>Policy region generator: {@link dev.melange.papers.adamixup.PolicyGenerator}.
 *   <li>Classifier and intrusion discriminator, the joint objective: {@link
 *       dev.melange.papers.adamixup.AdaMixUp}; what is random in a step: {@link
 *       dev.melange.papers.adamixup.AdaMixUpDraws}.
 *   <li>As a policy beside any image classifier ({@code --mix adamixup}): {@link
 *       dev.melange.papers.adamixup.AdaMixUpPolicy}.
 *   <li>The network of the experiments on CIFAR: {@link dev.melange.papers.adamixup.PreActResNet}.
 * </ul>
 */
package dev.melange.papers.adamixup;
