package dev.melange.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import jakarta.mail.internet.MimeMessage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From the strip above the list to the mailbox and out again. */
@ExtendWith(Chromium.class)
class SubscribingIT {
  @RegisterExtension static final ServedPage site = new ServedPage();

  @Test
  void subscribesConfirmsAndLeaves(Browser browser) throws Exception {
    try (Reader reader = Reader.of(browser, site)) {
      Page page = reader.open("/papers");
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Subscribe"))
          .first()
          .click();
      page.getByLabel("Mail address").fill("reader@example.org");
      page.getByLabel("How often").selectOption("weekly");
      button(page, "Subscribe");
      assertThat(page.locator("h1")).hasText("Look into your mailbox");

      MimeMessage mail = site.mail(1);
      assertThat(mail.getAllRecipients()[0]).hasToString("reader@example.org");
      page.navigate(first("(" + site.url() + "/confirm\\?t=\\S+)", ServedPage.text(mail)));
      button(page, "Confirm");
      assertThat(page.locator("h1")).hasText("You are subscribed");

      String header = String.join("", mail.getHeader("List-Unsubscribe")).replaceAll("\\s", "");
      String leave = first("<(" + site.url() + "/u/[^>]+)>", header);
      page.navigate(leave);
      assertThat(page.locator("h1")).hasText("End the subscription?");
      button(page, "End it");
      assertThat(page.locator("h1")).hasText("You are no longer subscribed");
    }
  }

  private static void button(Page page, String name) {
    page.locator("main")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true))
        .click();
  }

  private static String first(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher.group(1);
  }
}
