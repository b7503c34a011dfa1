/** MLP-Mixer, ResMLP and gMLP, and the learning-rate schedules shared by all recipes. */
package dev.melange.papers.mlpmixer;
