/**
 * Hourglass MLP (Chen, Lee, Liao and Shiu, 2025): residual MLPs whose skip connection is wide and
 * whose updates are narrow.
 *
 * <pre>
 *   lift        z = W_in x, trained or random for ever      {@link dev.melange.papers.hourglassmlp.RandomLift}
 *   update      z + W2 s(W1 N(z) + b1) + b2                 {@link dev.melange.papers.hourglassmlp.HourglassBlock}
 *   network     lift, updates, y = W_out z + b_out          {@link dev.melange.papers.hourglassmlp.HourglassMlp}
 *   tasks       noise and block means                       {@link dev.melange.papers.hourglassmlp.Degradation}
 *               drawing the prototype of a class            {@link dev.melange.papers.hourglassmlp.GenerativeClassification}
 *   metric      mean over the images of their PSNR          {@link dev.melange.papers.hourglassmlp.Psnr}
 *   images      patches that overlap, of one's own photos   {@link dev.melange.papers.hourglassmlp.PatchRestorer}
 * </pre>
 *
 * <p>Pixels in [0, 1] enter as {@code 2v - 1}; outputs come back by {@code (y + 1) / 2} and are cut
 * to [0, 1] before they are judged. The loss is taken in the wider scale. The paper gives neither
 * the kind of the norm nor the recipe of training; those here are a choice of this library.
 */
package dev.melange.papers.hourglassmlp;
