package dev.melange.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code melange}. */
@Command(
    name = "melange",
    description = "Daily Papers you can run: list them, test their claims, use their methods.",
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions (of every command):%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  melange papers                 list the papers",
      "  melange show metaformer        show one paper and its claims",
      "  melange run metaformer         test its claim: a table, a verdict, a report",
      "  melange show --help            show what a command can do"
    },
    subcommands = {
      PapersCommand.class,
      ShowCommand.class,
      ServeCommand.class,
      BackupCommand.class,
      DataCommand.class,
      DemosCommand.class,
      ForecastCommand.class,
      SeriesCommand.class,
      MailCommand.class,
      ModelsCommand.class,
      SummaryCommand.class,
      CtrCommand.class,
      RunCommand.class,
      TrainCommand.class,
      PretrainCommand.class,
      CompareCommand.class,
      PredictCommand.class,
      RestoreCommand.class,
      PatchesCommand.class,
      PrototypesCommand.class,
      FitSignalCommand.class,
      FitSceneCommand.class,
      InspectCommand.class,
      FiltersCommand.class,
      VerifyCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
public final class Main implements Runnable {
  /** How long the end of the process waits for running work to save itself. */
  private static final long PATIENCE_SECONDS = 120;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print the result as JSON on standard output, and nothing else there.")
  private boolean json;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "Print no progress and no remarks.")
  private boolean quiet;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces and the debug log on standard error.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Print this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private final Cancellation cancellation;
  private Console console;

  Main(PrintStream out, PrintStream err, Terminal terminal, Cancellation cancellation) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.cancellation = cancellation;
  }

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    // UTF-8 whatever the locale: JSON must be, and tables and bars use it.
    PrintStream out = stream(FileDescriptor.out, false);
    PrintStream err = stream(FileDescriptor.err, true);
    Cancellation cancellation = new Cancellation();
    cancellation.requestOnShutdown(
        PATIENCE_SECONDS, () -> err.println("interrupted: finishing this step and saving"));
    int code = new Main(out, err, Terminal.detect(), cancellation).execute(args);
    out.flush();
    System.exit(code);
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor)),
        autoFlush,
        StandardCharsets.UTF_8);
  }

  /**
   * Runs one command.
   *
   * @param args the command line
   * @return the exit code
   */
  int execute(String... args) {
    return execute(commandLine(), args);
  }

  int execute(CommandLine commandLine, String... args) {
    try {
      return commandLine.execute(args);
    } catch (Error e) {
      return Failures.report(e, debug, err);
    } finally {
      out.flush();
      err.flush();
    }
  }

  /** The command line with all its commands, for execution, completion scripts and tests. */
  CommandLine commandLine() {
    return new CommandLine(this)
        .setOut(writer(out))
        .setErr(writer(err))
        .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()))
        .setUsageHelpWidth(Math.min(100, terminal.columns()))
        .setUsageHelpLongOptionsMaxWidth(30)
        .setParameterExceptionHandler((mistake, arguments) -> Failures.report(mistake, err))
        .setExecutionExceptionHandler(
            (thrown, command, parsed) -> Failures.report(thrown, debug, err));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  Console console() {
    if (console == null) {
      console = new Console(out, err, terminal, json, quiet);
      if (debug) {
        Logging.showDebug();
      }
    }
    return console;
  }

  Cancellation cancellation() {
    return cancellation;
  }

  /** Without a command: the help. */
  @Override
  public void run() {
    commandLine().usage(out, CommandLine.Help.defaultColorScheme(terminal.ansi()).ansi());
  }

  /** The version from the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "melange " + (version == null ? "(development build)" : version),
        "Java "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
      };
    }
  }

  /** Apart, so that the logging library is loaded only when its level changes. */
  private static final class Logging {
    static void showDebug() {
      ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.melange"))
          .setLevel(ch.qos.logback.classic.Level.DEBUG);
    }
  }
}
