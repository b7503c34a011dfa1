/**
 * Runs studies for the page: a bounded queue that lies in the store, and one child process at a
 * time.
 *
 * <p>{@link dev.melange.jobs.JobQueue} takes requests and works them off. A job's folder, {@code
 * jobs/ID} in the user's home, holds the study's run folder, the child's log and {@code
 * events.jsonl}, one JSON object for everything that happened, which readers follow live. When the
 * server ends, however it ends, the child notices, saves and stops; the next server goes on with
 * its run. {@link dev.melange.jobs.RunResults} brings what a finished run found onto its paper.
 */
package dev.melange.jobs;
