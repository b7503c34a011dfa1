package dev.melange.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A page for others: reading without an account, signing in by a mailed link, taking part. */
@ExtendWith(Chromium.class)
class SignInIT {
  private static final String PAPER = "/papers/2201.02973";

  @RegisterExtension
  static final ServedPage site = new ServedPage("--public", "--owner", "owner@example.org");

  @Test
  void signsInVotesAndComments(Browser browser) throws Exception {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open(PAPER);
      assertThat(page.getByLabel("Your comment")).hasCount(0);
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in")).first().click();
      page.getByLabel("Mail address").fill("mae@example.org");
      button(page, "Mail me a link").click();
      assertThat(page.locator("h1")).hasText("Look into your mailbox");

      Matcher link =
          Pattern.compile(Pattern.quote(site.url()) + "/sign-in/link\\?t=\\S+")
              .matcher(ServedPage.text(site.mail(1)));
      assertThat(link.find()).isTrue();
      page.navigate(link.group());
      button(page, "Sign in").click();
      assertThat(page).hasURL(site.url() + "/papers");

      reader.open(PAPER);
      Locator vote = page.locator("button.vote").first();
      page.waitForResponse(answer -> answer.url().endsWith("/vote") && answer.ok(), vote::click);
      assertThat(vote).containsText("1");
      page.getByLabel("Your comment").fill("By **a member**");
      button(page, "Comment").click();
      assertThat(page.locator("article.comment strong")).hasText("a member");
    }
    try (Reader visitor = Reader.of(browser, site)) {
      Page page = visitor.open(PAPER);
      assertThat(page.locator("button.vote").first()).containsText("1");
      assertThat(page.locator("article.comment")).containsText("By a member");
    }
  }

  private static Locator button(Page page, String name) {
    return page.locator("main")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }
}
