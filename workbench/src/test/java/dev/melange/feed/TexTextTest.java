package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TexTextTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "by 5\\% and 3 \\%, by 5% and 3 %",
        "a $5.18\\times$ gain, a 5.18\u00d7 gain",
        "5.18\\times$ and 42.9%$, 5.18\u00d7 and 42.9%",
        "na\\\"{\\i}ve, na\u00efve",
        "Schr\\\"odinger, Schr\u00f6dinger",
        "Erd\\H{o}s, Erd\u0151s",
        "``hard\" ones, \u201chard\u201d ones",
        "``hard'' ones, \u201chard\u201d ones",
        "A -- > B, A -> B",
        "fast -- and small, fast \u2013 and small",
        "ell_infty-AutoAttacked (epsilon = 8/255), ell_infty-AutoAttacked (epsilon = 8/255)",
        "\\textit{very} good, very good",
        "costs \\$5, costs $5",
        "\\def\\a{\\a\\a}\\a, \\def\\a{\\a\\a}\\a",
        "at~https://github.com/A/B_C{https://github.com/A/B\\_C., at https://github.com/A/B_C."
      })
  void showsWhatAuthorsMeant(String raw, String shown) {
    assertThat(TexText.plain(raw)).isEqualTo(shown);
  }

  @Test
  void leavesNoEscapesInThePageOf41Papers() throws IOException {
    for (PaperRecord record : PageText.parse(Seed.text()).records()) {
      assertThat(TexText.plain(record.title())).isEqualTo(record.title());
      assertThat(TexText.plain(record.abstractText()))
          .as(record.title())
          .doesNotContain("\\%", "$", "``", "\\i", "\\_", "-- >")
          .doesNotContainPattern("\\{https");
    }
  }

  @Test
  void isQuickWithHostileText() {
    for (String part : new String[] {"\\\"{", "https://", "``", "$", "\\textit{", "~a", "--"}) {
      String text = part.repeat(200_000 / part.length());
      Assertions.assertTimeout(Duration.ofSeconds(20), () -> TexText.plain(text), part);
    }
  }
}
