package dev.melange.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real studies, run from the page in processes of their own. */
@ExtendWith(Chromium.class)
class RunningIT {
  private static final double MILLIS = 120_000;

  @RegisterExtension static final ServedPage site = new ServedPage();

  @Test
  void showsARunLiveAndItsReport(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = run(reader, "smoke");
      Locator chart = page.locator("#run-chart canvas").first();
      chart.waitFor(new Locator.WaitForOptions().setTimeout(MILLIS));
      String before = (String) chart.evaluate("canvas => canvas.toDataURL()");
      page.waitForFunction(
          "before => document.querySelector('#run-chart canvas').toDataURL() !== before",
          before,
          new Page.WaitForFunctionOptions().setTimeout(MILLIS));
      assertThat(page.locator("#run-progress")).containsText(Pattern.compile("step|done"));
      assertThat(page.locator("#run-state")).hasText("done", within());
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("The report")).click();
      assertThat(page.locator("table").first()).isVisible();
      reader.open("/runs");
      assertThat(page.locator("tbody tr").filter(hasText("smoke"))).containsText("done");
    }
  }

  @Test
  void givesARunUp(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = run(reader, "quick");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Cancel")).click();
      assertThat(page.locator("#run-state")).hasText("cancelled", within());
      reader.open("/runs");
      assertThat(page.locator("tbody tr").filter(hasText("quick"))).containsText("cancelled");
    }
  }

  private static Page run(Reader reader, String scale) {
    Page page = reader.open("/papers/local:metaformer");
    page.getByLabel("Scale").selectOption(scale);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Run").setExact(true))
        .click();
    assertThat(page.locator("h1")).containsText("metaformer");
    assertThat(page.url()).contains("/runs/");
    return page;
  }

  private static Locator.FilterOptions hasText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static LocatorAssertions.HasTextOptions within() {
    return new LocatorAssertions.HasTextOptions().setTimeout(MILLIS);
  }
}
