package dev.melange.mail;

/** Digests as plain text. */
final class DigestText {
  private static final int WIDTH = 74;

  private DigestText() {}

  /** The digest with every link that the HTML has. */
  static String of(MailViews.Digest digest) {
    StringBuilder text = new StringBuilder(digest.title()).append("\n\n");
    for (MailViews.Section section : digest.sections()) {
      text.append("== ").append(section.heading()).append(" ==\n\n");
      for (MailViews.Item item : section.items()) {
        text.append(item.title()).append('\n');
        text.append(item.byline()).append(" - ").append(item.votes()).append('\n');
        if (!item.text().isEmpty()) {
          text.append(item.text()).append('\n');
        }
        text.append(item.url()).append('\n');
        if (item.runUrl() != null) {
          text.append("Run it: ").append(item.runUrl()).append('\n');
        }
        text.append(item.why()).append("\n\n");
      }
    }
    return text.append("-- \nYou asked for this mail. End the subscription:\n")
        .append(digest.leaveUrl())
        .append('\n')
        .toString();
  }

  /** Long lines broken as RFC 3676 says: a space at a line's end means that it goes on. */
  static String flowed(String text) {
    StringBuilder flowed = new StringBuilder();
    for (String line : text.split("\\R", -1)) {
      if (line.equals("-- ")) {
        flowed.append(line).append('\n');
        continue;
      }
      // What would be taken for a quotation or a mark of its own is stuffed with a space.
      String rest = line.stripTrailing();
      rest =
          rest.startsWith(">") || rest.startsWith("From ") || rest.startsWith(" ")
              ? " " + rest
              : rest;
      while (rest.length() > WIDTH) {
        int space = rest.lastIndexOf(' ', WIDTH - 1);
        if (space <= 0) {
          space = rest.indexOf(' ', WIDTH);
        }
        if (space <= 0) {
          break;
        }
        flowed.append(rest, 0, space + 1).append('\n');
        rest = rest.substring(space + 1);
      }
      flowed.append(rest).append('\n');
    }
    return flowed.substring(0, flowed.length() - 1);
  }
}
