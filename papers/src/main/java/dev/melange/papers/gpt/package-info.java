/**
 * The GPT-2 architecture as the base of interpretability methods: the language model {@link
 * dev.melange.papers.gpt.Gpt} with its activations open to recording and replacement ({@link
 * dev.melange.papers.gpt.Hooks}), and its weights folded for analysis ({@link
 * dev.melange.papers.gpt.FoldedGpt}).
 */
package dev.melange.papers.gpt;
