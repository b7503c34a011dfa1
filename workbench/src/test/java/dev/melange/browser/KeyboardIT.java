package dev.melange.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page without a mouse, and its switch of colours. */
@ExtendWith(Chromium.class)
class KeyboardIT {
  @RegisterExtension static final ServedPage site = new ServedPage();

  /** T47. */
  @Test
  void walksVotesAndOpens(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/new");
      Locator first = page.locator("article.entry").nth(0);
      Locator second = page.locator("article.entry").nth(1);
      page.keyboard().press("j");
      assertThat(first.locator("h2 a")).isFocused();
      page.keyboard().press("j");
      assertThat(second.locator("h2 a")).isFocused();
      page.keyboard().press("k");
      assertThat(first.locator("h2 a")).isFocused();
      page.waitForResponse(
          answer -> answer.url().endsWith("/vote") && answer.ok(),
          () -> page.keyboard().press("u"));
      Locator vote = first.locator("button.vote");
      assertThat(vote).hasAttribute("aria-pressed", "true");
      assertThat(vote).containsText("1");
      String title = first.locator("h2 a").textContent();
      first.locator("h2 a").focus();
      page.keyboard().press("o");
      assertThat(page.locator("h1")).hasText(title);
      assertThat(page.locator("button.vote").first()).hasAttribute("aria-pressed", "true");
    }
  }

  @Test
  void searchesAndGoesPlaces(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers");
      page.keyboard().press("/");
      page.keyboard().type("jug");
      assertThat(page.locator("#top-q")).hasValue("jug");
      page.keyboard().press("Escape");
      page.keyboard().press("?");
      assertThat(page.locator("dialog#keys")).isVisible();
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog#keys")).not().isVisible();
      page.keyboard().press("g");
      page.keyboard().press("t");
      assertThat(page).hasURL(site.url() + "/papers/trending");
    }
  }

  @Test
  void skipsToTheContent(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers");
      page.keyboard().press("Tab");
      assertThat(page.locator("a.skip")).isFocused();
      page.keyboard().press("Enter");
      assertThat(page.locator("main")).isFocused();
    }
  }

  @Test
  void keepsTheColoursThatWereChosen(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers");
      Locator dark =
          page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Dark colours"));
      page.waitForResponse(answer -> answer.url().endsWith("/settings/theme"), dark::click);
      assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
      reader.open("/papers/new");
      assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    }
  }
}
