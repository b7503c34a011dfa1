package dev.melange.mail;

/**
 * A line of a digest as the outbox keeps it: what it is about and why it is there.
 *
 * @param paper id in the store
 * @param kind its section
 * @param about the topic, the tag, the verdict or the reply's id; empty for what trends
 */
record DigestLine(long paper, Kind kind, String about) {
  /** Sections, in the order of a digest. */
  enum Kind {
    TRENDING,
    TOPIC,
    TAG,
    REPLY,
    VERDICT
  }

  /** One line of text. */
  String text() {
    return switch (kind) {
      case TRENDING, TOPIC -> paper + "\t" + about;
      case TAG -> paper + "\t" + about + "\ttag";
      case REPLY -> paper + "\t" + about + "\treply";
      case VERDICT -> paper + "\t" + about + "\tverdict";
    };
  }

  /** Reads a line. */
  static DigestLine parse(String line) {
    String[] parts = line.split("\t", -1);
    Kind kind =
        switch (parts.length == 3 ? parts[2] : "") {
          case "tag" -> Kind.TAG;
          case "reply" -> Kind.REPLY;
          case "verdict" -> Kind.VERDICT;
          case "" -> parts[1].isEmpty() ? Kind.TRENDING : Kind.TOPIC;
          default -> throw new IllegalStateException("a digest holds the line '" + line + "'");
        };
    return new DigestLine(Long.parseLong(parts[0]), kind, parts[1]);
  }
}
