package dev.melange.cli;

import dev.melange.component.Suggestions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into one line on stderr and an exit code. */
final class Failures {
  private Failures() {}

  /** Reports a mistake in the arguments themselves. */
  static int report(ParameterException mistake, PrintStream err) {
    CommandLine command = mistake.getCommandLine();
    err.println(
        "error: "
            + describe(mistake)
            + " (see '"
            + command.getCommandSpec().qualifiedName()
            + " --help')");
    return ExitCode.BAD_INPUT;
  }

  /** Reports what a running command threw. */
  static int report(Throwable thrown, boolean debug, PrintStream err) {
    if (debug && !(thrown instanceof CancellationException)) {
      thrown.printStackTrace(err);
    }
    if (thrown instanceof CancellationException) {
      return ExitCode.INTERRUPTED;
    }
    if (thrown instanceof UncheckedIOException wrapped) {
      return report(wrapped.getCause(), false, err);
    }
    if (thrown instanceof IllegalArgumentException || thrown instanceof IOException) {
      err.println("error: " + messageOf(thrown));
      return ExitCode.BAD_INPUT;
    }
    if (thrown instanceof OutOfMemoryError) {
      err.println(
          "error: out of memory ("
              + messageOf(thrown)
              + "); allow more with MELANGE_JAVA_OPTS=-Xmx8g, or make the batch smaller");
      return ExitCode.INTERNAL_ERROR;
    }
    err.println(
        "error: internal error: "
            + thrown.getClass().getSimpleName()
            + ": "
            + messageOf(thrown)
            + (debug ? "" : "; run again with --debug for the stack trace"));
    return ExitCode.INTERNAL_ERROR;
  }

  private static String messageOf(Throwable thrown) {
    if (thrown instanceof FileSystemException file && file.getReason() == null) {
      return reasonOf(file) + ": " + file.getFile();
    }
    String message = thrown.getMessage();
    return message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
  }

  /** The JDK leaves the reason out where the exception's class says it. */
  private static String reasonOf(FileSystemException file) {
    if (file instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (file instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (file instanceof FileAlreadyExistsException) {
      return "file exists already";
    }
    if (file instanceof NotDirectoryException) {
      return "not a folder";
    }
    if (file instanceof DirectoryNotEmptyException) {
      return "folder is not empty";
    }
    return file.getClass().getSimpleName();
  }

  private static String describe(ParameterException mistake) {
    if (mistake instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      return describeUnmatched(unmatched.getUnmatched().get(0), mistake.getCommandLine());
    }
    // picocli writes sentences; an error here begins after "error: ".
    String message = mistake.getMessage().lines().findFirst().orElse("bad arguments");
    return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  private static String describeUnmatched(String argument, CommandLine command) {
    if (argument.startsWith("-")) {
      List<String> options = new ArrayList<>();
      command.getCommandSpec().options().forEach(o -> options.addAll(List.of(o.names())));
      String name =
          argument.contains("=") ? argument.substring(0, argument.indexOf('=')) : argument;
      return "unknown option '" + name + "'" + Suggestions.didYouMean(name, options);
    }
    var commands = command.getSubcommands().keySet();
    return commands.isEmpty()
        ? "unexpected argument '" + argument + "'"
        : "unknown command '" + argument + "'" + Suggestions.didYouMean(argument, commands);
  }
}
