package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.report.Table;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.StoreCheck;
import dev.melange.tensor.Engine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the program found on this machine. */
@Command(
    name = "doctor",
    description =
        "Show what was found on this machine: Java, processor, memory, engine, folders; and check"
            + " the page's store, if there is one (exit code 1 if something in it is wrong).",
    footer = {
      "  melange doctor                 what to send along with a bug report",
      "  melange doctor --bench         and how fast it is",
      "  melange doctor --json"
    })
final class DoctorCommand extends Subcommand {
  @Option(
      names = "--bench",
      description =
          "Also measure the processor's matrix products and memory bandwidth (some seconds).")
  private boolean bench;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    sections.put("Java", java());
    sections.put("Machine", machine());
    sections.put("Engine", Engine.get().describe());
    sections.put("Folders", folders());
    MachineSpeed speed = bench ? MachineSpeed.measure() : null;
    List<StoreCheck.Result> store = store();
    console.result(
        () -> json(sections, store, speed),
        () -> {
          print(console, sections);
          printStore(console, store);
          if (speed != null) {
            print(console, speed);
          }
        });
    return store.stream().allMatch(StoreCheck.Result::holds) ? ExitCode.OK : ExitCode.FAILED;
  }

  /** The invariants of the page's store; empty where there is none yet. */
  private static List<StoreCheck.Result> store() throws IOException {
    Path home = Folders.home(System.getenv());
    boolean named = !System.getenv().getOrDefault("MELANGE_DB", "").isBlank();
    if (!named && !Files.exists(home.resolve("page").resolve("papers.mv.db"))) {
      return List.of();
    }
    try (Database database = Database.open(DatabaseConfig.of(home, System.getenv()))) {
      return new StoreCheck(database).run();
    }
  }

  private static void printStore(Console console, List<StoreCheck.Result> store) {
    console.line(console.bold("Store"));
    if (store.isEmpty()) {
      console.line("  none yet; 'melange serve' makes it");
    }
    for (StoreCheck.Result result : store) {
      String mark = result.holds() ? console.green("holds") : console.red("FAILS");
      console.line("  %s %s: %s".formatted(mark, result.name(), result.what()));
      result.problems().forEach(problem -> console.line("        " + problem));
    }
  }

  private static Map<String, String> java() {
    Map<String, String> found = new LinkedHashMap<>();
    found.put("melange", new Main.Version().getVersion()[0].replace("melange ", ""));
    found.put("version", Runtime.version().toString());
    found.put("vendor", System.getProperty("java.vendor"));
    found.put("home", System.getProperty("java.home"));
    found.put("heap limit", mib(Runtime.getRuntime().maxMemory()));
    return found;
  }

  private static Map<String, String> machine() throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    found.put(
        "system",
        Stream.of("os.name", "os.version", "os.arch")
            .map(System::getProperty)
            .reduce((a, b) -> a + " " + b)
            .orElseThrow());
    found.put("processor", processor().orElse("unknown"));
    found.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      found.put("memory", mib(system.getTotalMemorySize()));
      found.put("free memory", mib(system.getFreeMemorySize()));
    }
    return found;
  }

  private static Map<String, String> folders() {
    Map<String, String> found = new LinkedHashMap<>();
    found.put("MELANGE_HOME", describe(Folders.home(System.getenv())));
    found.put(
        "MELANGE_DATA",
        Folders.data(System.getenv())
            .map(DoctorCommand::describe)
            .orElse("not set: only bundled and fetched data sets are found"));
    found.put("working folder", Path.of("").toAbsolutePath().toString());
    return found;
  }

  private static String describe(Path folder) {
    return folder + (Files.isDirectory(folder) ? "" : " (does not exist)");
  }

  /** The processor's name where the system tells it in a file. */
  private static Optional<String> processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER"));
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    }
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }

  private static void print(Console console, Map<String, Map<String, String>> sections) {
    sections.forEach(
        (title, found) -> {
          console.line(console.bold(title));
          found.forEach(
              (name, value) -> console.line(String.format(Locale.ROOT, "  %-20s %s", name, value)));
        });
  }

  private static void print(Console console, MachineSpeed speed) {
    int workers = Engine.get().workers();
    Table.Builder table =
        Table.titled("")
            .text("speed")
            .number("1 worker", "%.1f")
            .number(all(workers), "%.1f")
            .text("");
    row(table, "linear layer", speed.linear(), "GFLOP/s");
    row(table, "plain matrix product", speed.matmul(), "GFLOP/s");
    row(table, "memory, read + write", speed.copy(), "GB/s");
    console.line(console.bold("Benchmark (float32)"));
    console.table(table.build());
  }

  private static String all(int workers) {
    return workers == 1 ? "all workers" : "all " + workers + " workers";
  }

  private static void row(Table.Builder table, String what, MachineSpeed.Rate rate, String unit) {
    table.row(what, rate.oneWorker(), rate.allWorkers(), unit);
  }

  private static void put(ObjectNode json, String what, MachineSpeed.Rate rate) {
    json.putObject(what).put("one_worker", rate.oneWorker()).put("all_workers", rate.allWorkers());
  }

  private static ObjectNode json(
      Map<String, Map<String, String>> sections,
      List<StoreCheck.Result> store,
      MachineSpeed speed) {
    ObjectNode json = Json.object();
    sections.forEach(
        (title, found) -> {
          ObjectNode section = json.putObject(title.toLowerCase(Locale.ROOT));
          found.forEach((name, value) -> section.put(name.replace(' ', '_'), value));
        });
    ArrayNode invariants = json.putArray("store");
    for (StoreCheck.Result result : store) {
      ArrayNode problems =
          invariants
              .addObject()
              .put("name", result.name())
              .put("what", result.what())
              .put("holds", result.holds())
              .putArray("problems");
      result.problems().forEach(problems::add);
    }
    if (speed != null) {
      ObjectNode benchmark = json.putObject("benchmark");
      benchmark.put("workers", Engine.get().workers());
      put(benchmark, "linear_gflops", speed.linear());
      put(benchmark, "matmul_gflops", speed.matmul());
      put(benchmark, "copy_gb_per_s", speed.copy());
    }
    return json;
  }
}
