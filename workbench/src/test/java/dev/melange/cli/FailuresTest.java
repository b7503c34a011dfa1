package dev.melange.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class FailuresTest {
  private final TestConsole console = new TestConsole();

  @Command(name = "probe")
  private static final class Probe extends Subcommand {
    private final Callable<Integer> work;

    Probe(Callable<Integer> work) {
      this.work = work;
    }

    @Override
    protected int run(Console console, Cancellation cancellation) throws Exception {
      return work.call();
    }
  }

  private int run(Callable<Integer> work, String... options) {
    String[] args = new String[options.length + 1];
    args[0] = "probe";
    System.arraycopy(options, 0, args, 1, options.length);
    return console.runWith(commandLine -> commandLine.addSubcommand(new Probe(work)), args);
  }

  private int failWith(Exception thrown, String... options) {
    return run(
        () -> {
          throw thrown;
        },
        options);
  }

  @Test
  void passesTheCommandsCodeOn() {
    assertThat(run(() -> ExitCode.OK)).isEqualTo(0);
    assertThat(run(() -> ExitCode.FAILED)).isEqualTo(1);
  }

  @Test
  void badInputIsOneLineAndCodeTwo() {
    assertThat(failWith(new IllegalArgumentException("no column 'OT' in a.csv"))).isEqualTo(2);
    assertThat(console.err()).isEqualTo("error: no column 'OT' in a.csv\n");
    assertThat(failWith(new IOException("a.png is not an image"))).isEqualTo(2);
    assertThat(console.err()).isEqualTo("error: a.png is not an image\n");
    assertThat(failWith(new FileNotFoundException("a.csv (No such file)"))).isEqualTo(2);
    assertThat(failWith(new UncheckedIOException(new IOException("disk full")))).isEqualTo(2);
    assertThat(console.err()).isEqualTo("error: disk full\n");
    assertThat(console.out()).isEmpty();
  }

  @Test
  void saysWhatIsWrongWithAFileWhenTheJdkDoesNot() {
    assertThat(failWith(new NoSuchFileException("a.csv"))).isEqualTo(2);
    assertThat(console.err()).isEqualTo("error: no such file or folder: a.csv\n");
    assertThat(failWith(new AccessDeniedException("a.csv"))).isEqualTo(2);
    assertThat(console.err()).isEqualTo("error: permission denied: a.csv\n");
  }

  @Test
  void aFaultOfTheProgramIsCodeThreeAndTellsOfDebug() {
    assertThat(failWith(new IllegalStateException("oops"))).isEqualTo(3);
    assertThat(console.err())
        .isEqualTo(
            "error: internal error: IllegalStateException: oops; run again with --debug for the"
                + " stack trace\n");
    assertThat(failWith(new IllegalStateException("oops"), "--debug")).isEqualTo(3);
    assertThat(console.err()).contains("\tat dev.melange.cli.", "error: internal error:");
  }

  @Test
  void errorsOfTheVirtualMachineAreReportedToo() {
    assertThat(
            run(
                () -> {
                  throw new OutOfMemoryError("Java heap space");
                }))
        .isEqualTo(3);
    assertThat(console.err()).startsWith("error: out of memory (Java heap space); allow more");
    assertThat(
            run(
                () -> {
                  throw new StackOverflowError();
                }))
        .isEqualTo(3);
    assertThat(console.err()).contains("internal error: StackOverflowError");
  }

  @Test
  void interruptedWorkIsCode130() {
    assertThat(failWith(new CancellationException())).isEqualTo(130);
    assertThat(
            run(
                () -> {
                  console.cancellation.request();
                  return ExitCode.OK;
                }))
        .isEqualTo(130);
  }
}
