package dev.melange.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The main pages in both themes: axe-core finds nothing, and they fit a narrow window. */
@ExtendWith(Chromium.class)
class AccessibilityIT {
  private static final List<String> PAGES =
      List.of(
          "/papers",
          "/papers/new",
          "/papers/trending",
          "/papers/2201.02973",
          "/papers/search?q=mixing+tokens",
          "/papers/search?q=zzzzzzzz",
          "/subscribe",
          "/runs",
          "/papers/submit",
          "/papers/similar",
          "/recommendations",
          "/collections",
          "/reading-list",
          "/papers/nothing");

  @RegisterExtension static final ServedPage site = new ServedPage();
  private static String axe;

  @BeforeAll
  static void readAxe() throws IOException {
    try (InputStream in = AccessibilityIT.class.getResourceAsStream("/axe.min.js")) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Each violation with its impact, its rule and the elements that break it. */
  private static List<?> violations(Page page) {
    page.evaluate(axe);
    return (List<?>)
        page.evaluate(
            """
            async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
              v => `${v.impact} ${v.id}: ${v.nodes.map(n => n.html + ' ' + n.failureSummary).join('; ')}`)
            """);
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void hasNothingThatAxeObjectsTo(ColorScheme scheme, Browser browser) {
    List<String> found = new ArrayList<>();
    try (Reader reader = Reader.of(browser, site, 1200, 900, scheme).expectingErrors()) {
      for (String path : PAGES) {
        for (Object violation : violations(reader.open(path))) {
          found.add(path + ": " + violation);
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void showsBothThemes(Browser browser) {
    List<Object> grounds = new ArrayList<>();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (Reader reader = Reader.of(browser, site, 1200, 900, scheme)) {
        grounds.add(
            reader.open("/papers").evaluate("getComputedStyle(document.body).backgroundColor"));
      }
    }
    assertThat(grounds.get(0)).isNotEqualTo(grounds.get(1));
  }

  @Test
  void fitsANarrowWindow(Browser browser) {
    try (Reader reader = Reader.of(browser, site, 320, 640, ColorScheme.LIGHT).expectingErrors()) {
      for (String path : PAGES) {
        Page page = reader.open(path);
        // The right edge of what sticks out, to say in the failure which element it is.
        Object outside =
            page.evaluate(
                """
                () => document.documentElement.scrollWidth <= 320 ? [] :
                  [...document.body.querySelectorAll('*')]
                    .filter(e => e.getBoundingClientRect().right > 320)
                    .map(e => e.outerHTML.slice(0, 120))
                """);
        assertThat((List<?>) outside).as(path).isEmpty();
      }
    }
  }
}
