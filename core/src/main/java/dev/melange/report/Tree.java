package dev.melange.report;

import java.util.List;

/**
 * A small tree of labels, such as concepts that split into finer ones; shown as an indented list.
 *
 * @param label plain text
 * @param children in order; empty for a leaf
 */
public record Tree(String label, List<Tree> children) {
  /** Copies the list. */
  public Tree {
    label = label == null ? "" : label;
    children = List.copyOf(children);
  }

  /** A node with children, or a leaf. */
  public static Tree of(String label, Tree... children) {
    return new Tree(label, List.of(children));
  }

  /** Nested HTML lists. */
  public String toHtml() {
    var out = new StringBuilder("<ul class=\"tree\">");
    append(out);
    return out.append("</ul>").toString();
  }

  private void append(StringBuilder out) {
    out.append("<li>").append(Html.escape(label));
    if (!children.isEmpty()) {
      out.append("<ul>");
      children.forEach(child -> child.append(out));
      out.append("</ul>");
    }
    out.append("</li>");
  }
}
