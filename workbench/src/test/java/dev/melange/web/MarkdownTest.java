package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTest {
  @Test
  void rendersWhatDiscussionsNeed() {
    assertThat(Markdown.html("**See** [it](https://example.org/a?b=c), `x < y`:\n\n- one\n- two"))
        .contains("<strong>See</strong>", "<code>x &lt; y</code>", "<li>one</li>")
        .contains("href=\"https://example.org/a?b&#61;c\"", "nofollow", "noopener", "ugc");
    assertThat(Markdown.html("| a | b |\n|---|---|\n| 1 | 2 |")).contains("<td>1</td>");
    assertThat(Markdown.html("# Loud")).isEqualTo("<h3>Loud</h3>\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[x](javascript:1)",
        "[x](JaVaScRiPt&#58;1)",
        "![](http://evil/p.png)",
        "<details open ontoggle=alert(1)>",
        "[x][1]\n\n[1]: data:text/html,<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert(1)>",
        "</script><script>alert(1)</script>",
        "<a href=\"vbscript:x\">y</a>",
        "[a](https://x\" onmouseover=\"alert(1))",
        "<https://x/\"onclick=1>",
        "`<script>`",
        "{{7*7}} ${7*7}"
      })
  void letsNothingThroughThatRuns(String text) {
    String html = Markdown.html(text).toLowerCase(Locale.ROOT);
    assertThat(html)
        .doesNotContainPattern("<(script|img|svg|details|iframe|style|form|input)")
        .doesNotContainPattern("<[^>]*\\son[a-z]+\\s*=")
        .doesNotContainPattern("href=\"(?!https?:|mailto:)");
  }

  @ParameterizedTest
  @ValueSource(strings = {">", "- ", "*a ", "[", "![", "`", "<", "(", "_ *"})
  void survivesTextThatNestsWithoutEnd(String part) {
    String text = part.repeat(20_000 / part.length());
    assertThat(Markdown.html(text)).isNotBlank();
  }
}
