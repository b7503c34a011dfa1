/**
 * FreSh (Kania, Mihajlovic, Prokudin, Tabor and Spurek, ICLR 2025): choosing the frequency settings
 * of a neural field before training it, by comparing the spectrum of untrained networks' outputs
 * with that of the signal.
 *
 * <pre>
 *   spectrum of low frequencies    {@link dev.melange.papers.fresh.SignalSpectrum}, {@link dev.melange.papers.fresh.SpectrumMask}
 *   distance of two spectra        {@link dev.melange.papers.fresh.SpectrumDistance}
 *   choice of a configuration      {@link dev.melange.papers.fresh.FreshSelection}
 *   choice for signals of one's own {@link dev.melange.papers.fresh.FrequencyChoice}
 *   coordinates                    {@link dev.melange.papers.fresh.CoordinateGrid}
 *   networks                       {@link dev.melange.papers.fresh.Siren}, {@link dev.melange.papers.fresh.Finer},
 *                                  {@link dev.melange.papers.fresh.FourierField}, {@link dev.melange.papers.fresh.Wire}
 * </pre>
 */
package dev.melange.papers.fresh;
