/**
 * Small demonstrations of the papers' methods to be tried in a browser or by the API: a picture is
 * classified, a series continued, a photograph restored, two pictures are mixed, a text is taken
 * apart into concepts.
 *
 * <p>{@link dev.melange.demo.Demos} lists them, one for each paper that has one; {@link
 * dev.melange.demo.DemoRunner} runs them one at a time, within limits. Weights are trained on the
 * bundled data into a folder of the user.
 */
package dev.melange.demo;
