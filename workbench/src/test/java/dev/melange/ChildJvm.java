package dev.melange;

import dev.melange.jobs.JobSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of JVMs of their own, which see the classes that this one sees. */
public final class ChildJvm {
  private ChildJvm() {}

  /** Runs a class with arguments. */
  public static List<String> command(Class<?> main, String... arguments) {
    return command(List.of(), main.getName(), arguments);
  }

  /**
   * Runs a class with arguments.
   *
   * @param options of the JVM, such as {@code -Xmx512m}
   * @param main name of the class
   * @return a list that may be changed
   */
  public static List<String> command(List<String> options, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", JobSettings.classPath(), main));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * As {@link #command(Class, String...)}, for a process that SIGINT shall reach: a build that runs
   * in the background ignores it, and its children inherit that.
   */
  public static List<String> interruptible(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.addAll(command(main, arguments));
    return command;
  }
}
