package dev.melange.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Measurements in processes of their own. */
final class PeerProcess {
  private PeerProcess() {}

  /**
   * The command that runs another class of these benchmarks, as the launcher does: with the archive
   * of loaded classes that the property {@code melange.archive} names.
   */
  static List<String> java(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmn8m"));
    String archive = System.getProperty("melange.archive");
    if (archive != null) {
      command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }

  /** The environment that the launcher gives. */
  static void asLaunched(Map<String, String> environment) {
    environment.putIfAbsent("GOMP_SPINCOUNT", "1000");
    environment.putIfAbsent("MALLOC_ARENA_MAX", "1");
    environment.putIfAbsent("MALLOC_MMAP_THRESHOLD_", "33554432");
    environment.putIfAbsent("MALLOC_TRIM_THRESHOLD_", "268435456");
  }

  /** The environment of a Python that is started by hand. */
  static void asItComes(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.matches("MALLOC_.*|GOMP_SPINCOUNT"));
  }

  /**
   * What a command prints.
   *
   * @param environment changes what it finds there
   * @throws IOException if it fails
   */
  static String output(List<String> command, Consumer<Map<String, String>> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    environment.accept(builder.environment());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
    return output;
  }
}
