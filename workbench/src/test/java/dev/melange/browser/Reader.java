package dev.melange.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Somebody in front of a browser. Whatever the browser complains about - errors of scripts, what
 * the content security policy forbade - fails the test when it is closed.
 */
final class Reader implements AutoCloseable {
  private final ServedPage site;
  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private boolean errorsExpected;

  private Reader(ServedPage site, BrowserContext context) {
    this.site = site;
    this.context = context;
    this.page = context.newPage();
    page.setDefaultTimeout(Chromium.MILLIS);
    page.onConsoleMessage(
        message -> {
          boolean status = message.text().startsWith("Failed to load resource");
          if (message.type().equals("error") && !(status && errorsExpected)) {
            complaints.add(message.text() + " at " + message.location());
          }
        });
    page.onPageError(complaints::add);
  }

  /** Somebody at a desktop computer, in light colours. */
  static Reader of(Browser browser, ServedPage site) {
    return of(browser, site, 1200, 900, ColorScheme.LIGHT);
  }

  /**
   * Somebody with a window of a size.
   *
   * @param width in CSS pixels
   * @param height in CSS pixels
   * @param scheme the colours they prefer
   */
  static Reader of(Browser browser, ServedPage site, int width, int height, ColorScheme scheme) {
    return new Reader(
        site,
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme)));
  }

  /** For tests that also open pages which do not exist: answers of that kind are no complaints. */
  Reader expectingErrors() {
    errorsExpected = true;
    return this;
  }

  /** Opens an address of the page, such as {@code /papers}. */
  Page open(String path) {
    assertThat(page.navigate(site.url() + path).status()).as(path).isLessThan(500);
    return page;
  }

  /** What is shown. */
  Page page() {
    return page;
  }

  /** An entry of a list by its paper's title. */
  Locator entry(String title) {
    return page.locator("article.entry").filter(new Locator.FilterOptions().setHasText(title));
  }

  @Override
  public void close() {
    context.close();
    assertThat(complaints).as("complaints of the browser").isEmpty();
  }
}
