package dev.melange.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.melange.TestFolders;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/**
 * A PostgreSQL server of the system's package, started at first use in a temporary folder and gone
 * with the process. Tests that need it are skipped where it is not installed.
 */
final class PostgresServer {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static PostgresServer started;

  private final Path folder;
  private final int port;

  private PostgresServer(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** A new, empty database. */
  static synchronized DatabaseConfig newDatabase() throws IOException {
    if (started == null) {
      started = start();
    }
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    String url = "jdbc:postgresql://127.0.0.1:" + started.port + "/";
    Jdbi.create(url + "postgres", "melange", "")
        .useHandle(db -> db.execute("create database " + name));
    return new DatabaseConfig(url + name, "melange", "");
  }

  private static PostgresServer start() throws IOException {
    Path binaries = binaries();
    Path folder = Files.createTempDirectory("melange-postgres");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    boolean root = "root".equals(System.getProperty("user.name"));
    if (root) { // PostgreSQL refuses to run as root; its package made a user for it
      run(List.of("chown", "postgres", folder.toString()));
    }
    List<String> as = root ? List.of("runuser", "-u", "postgres", "--") : List.of();
    String data = folder.resolve("data").toString();
    run(
        command(
            as,
            binaries.resolve("initdb").toString(),
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "melange",
            "-E",
            "UTF8",
            "--no-sync"));
    String options =
        "-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c fsync=off"
            .formatted(port, folder);
    String control = binaries.resolve("pg_ctl").toString();
    run(
        command(
            as,
            control,
            "-D",
            data,
            "-o",
            options,
            "-w",
            "-t",
            "120",
            "-l",
            folder.resolve("log").toString(),
            "start"));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    run(command(as, control, "-D", data, "-m", "immediate", "stop"));
                    TestFolders.delete(folder);
                  } catch (IOException e) {
                    System.err.println("PostgreSQL in " + folder + " was not removed: " + e);
                  }
                }));
    return new PostgresServer(folder, port);
  }

  private static Path binaries() throws IOException {
    assumeTrue(Files.isDirectory(INSTALLED), "PostgreSQL is not installed in " + INSTALLED);
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder())
          .orElseThrow(() -> new IOException("no PostgreSQL in " + INSTALLED));
    }
  }

  private static List<String> command(List<String> as, String... words) {
    List<String> command = new ArrayList<>(as);
    command.addAll(List.of(words));
    return command;
  }

  private static void run(List<String> command) throws IOException {
    Path out = Files.createTempFile("melange-postgres", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(new File("/"))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            command + " failed: " + Files.readString(out, StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  @Override
  public String toString() {
    return "PostgreSQL on port " + port + " in " + folder;
  }
}
