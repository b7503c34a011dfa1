package dev.melange.mail;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** Mails the links by which users of a page sign in. */
public final class SignInMails {
  private final MailSite site;
  private final Carrier carrier;

  /**
   * For a page.
   *
   * @param site what mails say of it
   * @param carrier takes them away
   */
  public SignInMails(MailSite site, Carrier carrier) {
    this.site = site;
    this.carrier = carrier;
  }

  /**
   * Sends a link.
   *
   * @param token what the link carries
   * @param id tells this mail from others
   * @throws IOException if it is not known whether the mail was taken
   * @throws Carrier.RefusedException if it was refused
   */
  public void send(MailAddress to, String token, long id, Instant now)
      throws IOException, Carrier.RefusedException {
    MailViews.Note note =
        new MailViews.Note(
            "Sign in",
            "Somebody, probably you, asked to sign in to the Daily Papers with this address. The"
                + " link works once, for 15 minutes, in the browser that asked for it.",
            "Sign in",
            site.baseUrl() + "/sign-in/link?t=" + token,
            "If it was not you, do nothing, and show the link to nobody.");
    try (Carrier.Connection connection = carrier.connect()) {
      connection.send(
          Mails.note(
              site, to.text(), Map.of(), note, "sign-in." + id + "." + now.toEpochMilli(), now),
          site.from(),
          to.text(),
          "sign-in/" + id);
    }
  }
}
