/**
 * Max-Former and Max-ResNet ("Spiking Neural Networks Need High-Frequency Information", NeurIPS
 * 2025): networks of spiking neurons whose patch embeddings and shortcuts pool by the maximum and
 * whose early stages mix by depthwise convolution, because both pass on the high frequencies that
 * the neurons let fade.
 *
 * <pre>
 *   neurons               {@link dev.melange.nn.spiking.SpikingNeuron}
 *   patch embeddings      {@link dev.melange.papers.maxformer.PatchEmbedding}
 *   token mixers          {@link dev.melange.papers.maxformer.SpikingMixer}
 *   channel MLP           {@link dev.melange.papers.maxformer.SpikingMlp}
 *   networks              {@link dev.melange.papers.maxformer.MaxFormer}, {@link dev.melange.papers.maxformer.MaxResNet}
 *   spectra of maps       {@link dev.melange.papers.maxformer.Spectrum}
 *   responses of neurons  {@link dev.melange.papers.maxformer.NeuronResponse}
 *   energy                {@link dev.melange.papers.maxformer.SpikingEnergy}
 * </pre>
 *
 * <p>Signals between blocks are real-valued ("membrane" shortcuts); what convolutions see are
 * spikes, except at the image.
 */
package dev.melange.papers.maxformer;
