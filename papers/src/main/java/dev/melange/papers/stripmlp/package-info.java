/**
 * Strip-MLP (Cao et al., ICCV 2023): a pyramid of MLP blocks whose token mixing works on strips,
 * rows and columns of the map together with their neighbours.
 *
 * <pre>
 *   strip layer, CGSMM, LSMM      {@link dev.melange.papers.stripmlp.StripMlpBlock}
 *   token mixing                  {@link dev.melange.papers.stripmlp.StripTokenMixing}
 *   channel mixing with GRN       {@link dev.melange.papers.stripmlp.StripChannelMixing}
 *   network                       {@link dev.melange.papers.stripmlp.StripMlp}
 * </pre>
 *
 * <p>CGSMM, cascade group strip mixing, cuts the channels into patches: each channel of a patch has
 * its own matrix over the positions of a row, then one over those of a column, and all patches
 * share them. LSMM, local strip mixing, weighs two small oblong depthwise filters and the input.
 */
package dev.melange.papers.stripmlp;
