package dev.melange.browser;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the machine's own Chromium, without a window, started once for all of them. Where
 * there is none the tests are skipped, but on CI that is a failure: there it is installed.
 */
final class Chromium implements BeforeAllCallback, ParameterResolver {
  /** How long tests wait for what they expect; a machine may be busy. */
  static final int MILLIS = 30_000;

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(Chromium.class);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  /** The browser and the process that drives it. */
  private record Driven(Playwright playwright, Browser browser) implements AutoCloseable {
    static Driven start(Path program) {
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      Browser browser =
          playwright
              .chromium()
              .launch(new BrowserType.LaunchOptions().setExecutablePath(program).setHeadless(true));
      return new Driven(playwright, browser);
    }

    @Override
    public void close() {
      browser.close();
      playwright.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<Path> program = program();
    if (program.isEmpty()) {
      String reason = "none of %s is on the PATH; install Chromium".formatted(NAMES);
      if ("true".equals(System.getenv("CI"))) {
        fail(reason);
      }
      abort(reason);
    }
    PlaywrightAssertions.setDefaultAssertionTimeout(MILLIS);
    driven(context, program.get());
  }

  private static Driven driven(ExtensionContext context, Path program) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent("chromium", key -> Driven.start(program), Driven.class);
  }

  private static Optional<Path> program() {
    String path = System.getenv("PATH") == null ? "" : System.getenv("PATH");
    return NAMES.stream()
        .flatMap(
            name -> Stream.of(path.split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Browser.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return driven(context, program().orElseThrow()).browser();
  }
}
