/**
 * Papers' claims as experiments that can be interrupted, resumed and repeated.
 *
 * <p>A {@link dev.melange.papers.study.Study} asks a question and answers it with trials; {@link
 * dev.melange.papers.study.StudyRunner} runs it in a {@link dev.melange.papers.study.RunFolder}:
 *
 * <pre>
 *   config.json     what was asked for, with the hashes of the data: everything needed to repeat it
 *   result.json     findings, tables and the trials' results; the same bytes from the same config
 *   metrics.csv     trial, epoch, metric, value
 *   timing.json     how long the trials took
 *   report.html     all of it for reading
 *   *.safetensors   weights, with their provenance
 *   trials/ID/      result.json of a finished trial; checkpoints of one that is not
 * </pre>
 */
package dev.melange.papers.study;
