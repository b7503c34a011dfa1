package dev.melange.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses and servers as people write them. */
class MailSettingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "@b.c",
        "a@",
        "a@b",
        "a@b.c\r\nBcc: x@y.z",
        "a b@c.de",
        "a@b..de",
        ".a@b.de",
        "<a@b.de>",
        "a@b.de,c@d.ef",
        "a@-b.de",
        "a\u0000@b.de"
      })
  void refusesWhatIsNoAddress(String address) {
    assertThatThrownBy(() -> MailAddress.parse(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name@example.org");
  }

  @Test
  void takesAddressesAsTheyAre() {
    assertThat(MailAddress.parse(" Jane.Doe+x@Bücher.Example ").text())
        .isEqualTo("Jane.Doe+x@xn--bcher-kva.example");
    assertThat(MailAddress.parse("A@B.de").key()).isEqualTo("a@b.de");
  }

  @Test
  void readsServersWithoutShowingPasswords() {
    SmtpConfig config = SmtpConfig.parse("smtps://user:p%40ss@mail.example.org");
    assertThat(config.port()).isEqualTo(465);
    assertThat(config.password()).isEqualTo("p@ss");
    assertThat(config.toString()).doesNotContain("p@ss");
    assertThat(SmtpConfig.parse("smtp://host").tls()).isEqualTo(SmtpConfig.Tls.STARTTLS);
    assertThatThrownBy(() -> SmtpConfig.parse("http://user:secret@host"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }
}
