package dev.melange.mail;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Properties;

/** Writes mails: plain text first, HTML second, all headers that well-behaved lists have. */
final class Mails {
  private static final int MAX_SUBJECT = 120;
  private static final TemplateEngine TEMPLATES =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Mails.class.getClassLoader(), "gg.jte.generated.precompiled");

  private final MailSite site;
  private final MailTokens tokens;

  Mails(MailSite site, MailTokens tokens) {
    this.site = site;
    this.tokens = tokens;
  }

  String envelopeFrom(long subscriber) {
    return site.bounceAddress(tokens.leave(subscriber));
  }

  String leaveUrl(long subscriber) {
    return site.leaveUrl(tokens.leave(subscriber));
  }

  MailSite site() {
    return site;
  }

  MimeMessage confirmation(String to, long subscriber, String token, Instant now) {
    MailViews.Note note =
        new MailViews.Note(
            "Confirm your subscription",
            "Somebody, probably you, asked for the Daily Papers by mail to this address. Nothing is"
                + " sent before you confirm it, within 48 hours.",
            "Confirm",
            site.baseUrl() + "/confirm?t=" + token,
            "If it was not you, do nothing: this is the only mail.");
    return note(to, subscriber, note, MailTokens.hash(token).substring(0, 16), now);
  }

  MimeMessage alreadyActive(String to, long subscriber, Instant now) {
    MailViews.Note note =
        new MailViews.Note(
            "You are already subscribed",
            "Somebody, probably you, asked for the Daily Papers by mail to this address, which gets"
                + " them already. Nothing has changed.",
            "End the subscription",
            leaveUrl(subscriber),
            "To keep it, do nothing.");
    return note(to, subscriber, note, "already." + now.toEpochMilli(), now);
  }

  private MimeMessage note(
      String to, long subscriber, MailViews.Note note, String id, Instant now) {
    return note(site, to, listHeaders(subscriber), note, "note." + subscriber + "." + id, now);
  }

  /** A mail with one link. */
  static MimeMessage note(
      MailSite site,
      String to,
      Map<String, String> headers,
      MailViews.Note note,
      String id,
      Instant now) {
    String text =
        "%s\n\n%s\n\n%s:\n%s\n\n%s\n"
            .formatted(note.title(), note.text(), note.linkText(), note.url(), note.end());
    return message(
        site,
        to,
        headers,
        note.title() + " - Daily Papers",
        text,
        html("mail/note.jte", note),
        id,
        now);
  }

  MimeMessage digest(
      String to,
      long subscriber,
      long issue,
      String subject,
      MailViews.Digest digest,
      Instant now) {
    String id =
        issue
            + "."
            + subscriber
            + "."
            + tokens.keyed("message", issue + " " + subscriber).substring(0, 16);
    return message(
        site,
        to,
        listHeaders(subscriber),
        subject,
        DigestText.of(digest),
        html("mail/digest.jte", digest),
        id,
        now);
  }

  private static String html(String template, Object view) {
    StringOutput out = new StringOutput();
    TEMPLATES.render(template, view, out);
    return out.toString();
  }

  /** What well-behaved lists say in each mail. */
  private Map<String, String> listHeaders(long subscriber) {
    String token = tokens.leave(subscriber);
    return Map.of(
        "List-Id",
        "Daily Papers <daily." + site.host() + ">",
        "List-Unsubscribe",
        "<%s>,\r\n <mailto:unsubscribe+%s@%s>".formatted(site.leaveUrl(token), token, site.host()),
        "List-Unsubscribe-Post",
        "List-Unsubscribe=One-Click",
        "Precedence",
        "bulk");
  }

  private static MimeMessage message(
      MailSite site,
      String to,
      Map<String, String> headers,
      String subject,
      String text,
      String html,
      String id,
      Instant now) {
    try {
      IdentifiedMessage message = new IdentifiedMessage("<" + id + "@" + site.host() + ">");
      message.setFrom(new InternetAddress(site.from(), "Daily Papers", "UTF-8"));
      message.setReplyTo(new InternetAddress[] {new InternetAddress(site.from())});
      message.setRecipient(MimeMessage.RecipientType.TO, new InternetAddress(to));
      message.setSubject(subject(subject), "UTF-8");
      message.setSentDate(Date.from(now));
      message.setHeader("Auto-Submitted", "auto-generated");
      for (Map.Entry<String, String> header : headers.entrySet()) {
        message.setHeader(header.getKey(), header.getValue());
      }
      MimeMultipart both = new MimeMultipart("alternative");
      both.addBodyPart(part(DigestText.flowed(text), "text/plain; charset=UTF-8; format=flowed"));
      both.addBodyPart(part(html, "text/html; charset=UTF-8"));
      message.setContent(both);
      message.saveChanges();
      return message;
    } catch (MessagingException | UnsupportedEncodingException e) {
      throw new IllegalStateException("a mail cannot be written: " + e.getMessage(), e);
    }
  }

  private static MimeBodyPart part(String text, String type) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    String lines = text.replaceAll("\\R", "\r\n");
    part.setDataHandler(
        new DataHandler(new ByteArrayDataSource(lines.getBytes(StandardCharsets.UTF_8), type)));
    part.setHeader("Content-Type", type);
    part.setHeader("Content-Transfer-Encoding", "quoted-printable");
    return part;
  }

  /** One line without controls, of a length that mail programs show. */
  static String subject(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]+", " ");
    int most = line.codePointCount(0, line.length());
    return most <= MAX_SUBJECT
        ? line
        : line.substring(0, line.offsetByCodePoints(0, MAX_SUBJECT - 1)) + "\u2026";
  }

  /** A message whose id does not change when it is sent again, so that a double can be told. */
  private static final class IdentifiedMessage extends MimeMessage {
    private final String id;

    IdentifiedMessage(String id) {
      super(Session.getInstance(new Properties()));
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }
}
