package dev.melange.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Reading, searching, voting and discussing, by mouse and by keyboard. */
@ExtendWith(Chromium.class)
class ReadingIT {
  private static final String MAXIM = "MAXIM: Multi-Axis MLP for Image Processing";

  @RegisterExtension static final ServedPage site = new ServedPage();

  @Test
  void leadsFromTheListToAPaper(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/");
      assertThat(page).hasURL(site.url() + "/papers");
      assertThat(page.getByText("Get trending papers in your email inbox!")).isVisible();
      link(page, "All").click();
      assertThat(page.locator("article.entry").nth(40)).isVisible();
      link(page, MAXIM).click();
      assertThat(page.locator("h1")).hasText(MAXIM);
      assertThat(link(page, "arXiv")).hasAttribute("href", "https://arxiv.org/abs/2201.02973");
      page.goBack();
      assertThat(reader.entry(MAXIM)).isVisible();
    }
  }

  @Test
  void goesFromDayToDay(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/date/2022-01-09");
      String day = page.locator("h1").textContent();
      page.locator("a[rel=prev]").first().click();
      assertThat(page.locator("h1")).not().hasText(day);
      page.locator("a[rel=next]").first().click();
      assertThat(page.locator("h1")).hasText(day);
    }
  }

  @Test
  void findsAPaper(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers");
      Locator box = page.locator("header").getByRole(AriaRole.COMBOBOX);
      box.fill("forecasitng time series");
      box.press("Enter");
      assertThat(page.getByText("Showing results for forecasting")).isVisible();
      assertThat(page.locator("article.entry mark").first()).isVisible();
      assertThat(page.locator("article.entry h2").first()).containsText("Time Series");
    }
  }

  @Test
  void countsAVoteAndTakesItBack(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/new");
      Locator vote = reader.entry(MAXIM).locator("button.vote");
      assertThat(vote).hasAccessibleName("Upvote " + MAXIM + ", 0 votes");
      for (boolean up : new boolean[] {true, false}) {
        page.waitForResponse(
            answer -> answer.url().endsWith("/vote") && answer.status() < 400, vote::click);
        reader.open("/papers/new");
        assertThat(vote).hasAttribute("aria-pressed", Boolean.toString(up));
        assertThat(vote).containsText(up ? "1" : "0");
      }
    }
  }

  @Test
  void isUsedByKeys(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/new");
      page.keyboard().press("j");
      page.keyboard().press("j");
      page.keyboard().press("k");
      Locator first = page.locator("article.entry").first();
      assertThat(first.locator("h2 a")).isFocused();
      for (boolean up : new boolean[] {true, false}) {
        page.waitForResponse(
            answer -> answer.url().endsWith("/vote") && answer.status() < 400,
            () -> page.keyboard().press("u"));
        assertThat(first.locator("button.vote")).hasAttribute("aria-pressed", Boolean.toString(up));
        assertThat(page.locator("#live")).containsText(up ? "counts" : "withdrawn");
      }
      page.keyboard().press("?");
      assertThat(page.locator("dialog#keys")).isVisible();
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog#keys")).not().isVisible();
      page.keyboard().press("/");
      assertThat(page.locator("#top-q")).isFocused();
      page.keyboard().type("j?");
      assertThat(page.locator("#top-q")).hasValue("j?");
      page.keyboard().press("Escape");
      String title = first.locator("h2 a").textContent();
      page.keyboard().press("j");
      page.keyboard().press("o");
      assertThat(page.locator("h1")).hasText(title);
    }
  }

  @Test
  void takesACommentAndAReply(Browser browser) {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/2201.02973");
      page.getByLabel("Your comment").fill("**Bold** claim <script>alert(1)</script>");
      button(page, "Comment").click();
      Locator comment = page.locator("article.comment").first();
      assertThat(comment.locator("strong")).hasText("Bold");
      assertThat(comment).containsText("<script>alert(1)</script>");
      comment.getByText("Reply", exact()).first().click();
      comment.getByLabel("Your reply").fill("Indeed");
      comment.getByRole(AriaRole.BUTTON, named("Reply")).click();
      assertThat(page.locator("article.comment article.comment")).containsText("Indeed");
      reader.open("/papers/new");
      assertThat(reader.entry(MAXIM)).containsText("2 comments");
    }
  }

  @Test
  void showsWhatIsImportedMeanwhile(Browser browser, @TempDir Path folder) throws Exception {
    Path csv =
        Files.writeString(
            folder.resolve("papers.csv"),
            "title,date,abstract\nA paper that came later,2026-02-28,About <b>coming</b> later\n");
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers/date/2026-02-28");
      assertThat(link(page, "A paper that came later")).hasCount(0);
      assertThat(site.command("papers", "import", csv.toString())).contains("1 new");
      reader.open("/papers/date/2026-02-28");
      assertThat(link(page, "A paper that came later")).isVisible();
      assertThat(reader.entry("A paper that came later")).containsText("About <b>coming</b> later");
    }
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator.GetByRoleOptions named(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.GetByTextOptions exact() {
    return new Locator.GetByTextOptions().setExact(true);
  }
}
