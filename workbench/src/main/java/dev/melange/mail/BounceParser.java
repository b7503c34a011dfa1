package dev.melange.mail;

import dev.melange.mail.BounceReport.Kind;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads mails that came back: delivery reports (RFC 3464), complaints (RFC 5965) and requests to
 * leave. Whose they are is told by the address they came to alone, never by their text.
 */
public final class BounceParser {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_PARTS = 50;
  private static final Pattern ADDRESS =
      Pattern.compile("(bounce|unsubscribe)\\+(\\d{1,18}-[0-9a-f]{40})@", Pattern.CASE_INSENSITIVE);

  private BounceParser() {}

  /**
   * Reads a mail.
   *
   * @param in its bytes
   * @throws IOException if it cannot be read, is larger than 1 MiB or is no mail
   */
  public static BounceReport parse(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new IOException("a returned mail is larger than 1 MiB");
    }
    try {
      MimeMessage message =
          new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(bytes));
      return parse(message);
    } catch (MessagingException | RuntimeException e) {
      throw new IOException("a returned mail cannot be read: " + e.getMessage(), e);
    }
  }

  private static BounceReport parse(MimeMessage message) throws MessagingException, IOException {
    String[] to = headers(message, "Delivered-To", "X-Original-To", "To");
    String token = null;
    boolean unsubscribe = false;
    for (String address : to) {
      Matcher matcher = ADDRESS.matcher(address);
      if (token == null && address.length() < 1_000 && matcher.find()) {
        token = matcher.group(2).toLowerCase(Locale.ROOT);
        unsubscribe = matcher.group(1).equalsIgnoreCase("unsubscribe");
      }
    }
    if (token == null) {
      return new BounceReport(Kind.NONE, null, "it came to no address of ours");
    }
    if (unsubscribe) {
      return new BounceReport(Kind.UNSUBSCRIBE, token, "by mail");
    }
    if (message.isMimeType("multipart/report")) {
      String type =
          String.valueOf(new ContentType(message.getContentType()).getParameter("report-type"));
      MimeMultipart parts = new MimeMultipart(message.getDataHandler().getDataSource());
      if (type.equalsIgnoreCase("feedback-report")) {
        return complaint(parts, token);
      }
      if (type.equalsIgnoreCase("delivery-status")) {
        return delivery(parts, token);
      }
    }
    return new BounceReport(Kind.NONE, token, "no report");
  }

  private static String[] headers(MimeMessage message, String... names) throws MessagingException {
    java.util.List<String> values = new java.util.ArrayList<>();
    for (String name : names) {
      String[] found = message.getHeader(name);
      if (found != null) {
        values.addAll(java.util.List.of(found));
      }
    }
    return values.toArray(String[]::new);
  }

  private static BounceReport complaint(Multipart parts, String token)
      throws MessagingException, IOException {
    for (int i = 0; i < Math.min(MAX_PARTS, parts.getCount()); i++) {
      BodyPart part = parts.getBodyPart(i);
      if (part.isMimeType("message/feedback-report")) {
        String type = fields(part).getOrDefault("feedback-type", "");
        return type.equalsIgnoreCase("abuse")
            ? new BounceReport(Kind.COMPLAINT, token, "abuse")
            : new BounceReport(Kind.NONE, token, "feedback " + type);
      }
    }
    return new BounceReport(Kind.NONE, token, "no feedback");
  }

  private static BounceReport delivery(Multipart parts, String token)
      throws MessagingException, IOException {
    for (int i = 0; i < Math.min(MAX_PARTS, parts.getCount()); i++) {
      BodyPart part = parts.getBodyPart(i);
      if (!part.isMimeType("message/delivery-status")) {
        continue;
      }
      Map<String, String> fields = fields(part);
      String action = fields.getOrDefault("action", "").toLowerCase(Locale.ROOT);
      String status = fields.getOrDefault("status", "").replaceFirst("[\\s(].*", "");
      boolean policy = status.equals("5.2.2") || status.startsWith("5.7.");
      Kind kind =
          switch (action) {
            case "failed" -> status.startsWith("5.") && !policy ? Kind.HARD : Kind.SOFT;
            case "delayed" -> Kind.SOFT;
            default -> Kind.NONE;
          };
      return new BounceReport(kind, token, action + " " + status);
    }
    return new BounceReport(Kind.NONE, token, "no delivery status");
  }

  /** The fields of a part, the last of each name, over all blocks. */
  private static Map<String, String> fields(Part part) throws MessagingException, IOException {
    String text;
    try (InputStream in = part.getInputStream()) {
      text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : text.replaceAll("\\R[ \\t]+", " ").split("\\R")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return fields;
  }
}
