package dev.melange.papers;

import java.net.URI;

/**
 * A link of a paper's card.
 *
 * @param label what it leads to, such as {@code arXiv} or {@code code}
 * @param uri an absolute https address
 */
public record Link(String label, URI uri) {
  /** Refuses an empty label and anything but https. */
  public Link {
    if (label.isBlank()) {
      throw new IllegalArgumentException("the link to " + uri + " has no label");
    }
    if (!"https".equals(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "link '" + label + "' is " + uri + ", expected an https address");
    }
  }
}
