/**
 * Spiking layers: neurons that charge, fire and reset over a few time steps, trained through a
 * surrogate of their step function. Time is the first axis: [T, B, C, H, W].
 *
 * <p>{@link dev.melange.nn.spiking.SpikingNeuron} is the neuron, {@link
 * dev.melange.nn.spiking.Surrogate} the slope that replaces its derivative, {@link
 * dev.melange.nn.spiking.Steps} runs ordinary layers on all time steps at once, and {@link
 * dev.melange.nn.spiking.SpikeListener} is told what neurons do.
 */
package dev.melange.nn.spiking;
