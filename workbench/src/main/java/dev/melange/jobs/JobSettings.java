package dev.melange.jobs;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How jobs are run.
 *
 * @param folder where their folders lie
 * @param program the command that takes the arguments of {@code melange} and stops when its
 *     standard input ends
 * @param mostWaiting how many may wait and run
 * @param mostOfUser how many of one user
 * @param timeLimit how long one may take
 */
public record JobSettings(
    Path folder, List<String> program, int mostWaiting, int mostOfUser, Duration timeLimit) {
  /** Makes the folder absolute and copies the list. */
  public JobSettings {
    folder = folder.toAbsolutePath();
    program = List.copyOf(program);
  }

  /**
   * Children as this process, with a heap of their own size.
   *
   * @param folder where the jobs' folders lie
   * @param mainClass the class that takes the arguments
   * @param megabytes the limit of a child's heap
   */
  public static JobSettings children(Path folder, String mainClass, int megabytes) {
    return new JobSettings(
        folder,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx" + megabytes + "m",
            "-Djava.awt.headless=true",
            "-Dfile.encoding=UTF-8",
            "-cp",
            classPath(),
            mainClass),
        20,
        5,
        Duration.ofHours(12));
  }

  /** The class path of this process, in absolute paths: children work in folders of their own. */
  public static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The command of a job; nothing of it passes through a shell. */
  List<String> command(Job job, JobFolder jobFolder) {
    List<String> command = new ArrayList<>(program);
    command.addAll(
        List.of(
            "run",
            job.study(),
            "--out",
            jobFolder.path().toString(),
            "--events",
            jobFolder.events().toString()));
    try {
      jobFolder
          .unfinished(job.study())
          .ifPresentOrElse(
              run -> command.addAll(List.of("--resume", run.toString())),
              () ->
                  command.addAll(
                      List.of("--scale", job.scale(), "--seed", Long.toString(job.seed()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return command;
  }
}
