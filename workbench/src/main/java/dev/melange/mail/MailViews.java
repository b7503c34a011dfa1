package dev.melange.mail;

import java.util.List;

/** What the templates of mails show. All texts are plain; templates escape them. */
public final class MailViews {
  private MailViews() {}

  /**
   * A paper in a digest; plain texts.
   *
   * @param url of its page here
   * @param title its title
   * @param byline authors or their number, and the date
   * @param text the begin of its abstract; empty for none
   * @param votes such as {@code 12 votes}
   * @param runUrl where its study can be run; null if it has none
   * @param why it is there
   */
  public record Item(
      String url,
      String title,
      String byline,
      String text,
      String votes,
      String runUrl,
      String why) {}

  /** A part of a digest. */
  public record Section(String heading, List<Item> items) {
    /** Copies the list. */
    public Section {
      items = List.copyOf(items);
    }
  }

  /**
   * A digest.
   *
   * @param title above all
   * @param sections none empty
   * @param leaveUrl ends the subscription
   */
  public record Digest(String title, List<Section> sections, String leaveUrl) {
    /** Copies the list. */
    public Digest {
      sections = List.copyOf(sections);
    }
  }

  /** A short mail with one link. */
  public record Note(String title, String text, String linkText, String url, String end) {}
}
