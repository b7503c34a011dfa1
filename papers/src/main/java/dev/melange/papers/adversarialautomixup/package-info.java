/**
 * AdAutoMix (Adversarial AutoMixup, 2023) and the block of AutoMix that it starts from: networks
 * that look at the features of two or three images and make the masks by which they are mixed.
 *
 * <ul>
 *   <li>Generator of AdAutoMix: {@link dev.melange.papers.adversarialautomixup.AdaptiveMask}; of
 *       AutoMix: {@link dev.melange.papers.adversarialautomixup.AutoMixBlock}.
 *   <li>Both as policies beside any image classifier ({@code --mix adautomix}): {@link
 *       dev.melange.papers.adversarialautomixup.AdAutoMixPolicy}, {@link
 *       dev.melange.papers.adversarialautomixup.AutoMixPolicy}.
 *   <li>Training step with student, teacher and generator: {@link
 *       dev.melange.papers.adversarialautomixup.AdAutoMix}; what is random in it: {@link
 *       dev.melange.papers.adversarialautomixup.AdAutoMixDraws}.
 *   <li>Share of the teacher's old weights: {@link
 *       dev.melange.papers.adversarialautomixup.EmaSchedule}.
 * </ul>
 */
package dev.melange.papers.adversarialautomixup;
