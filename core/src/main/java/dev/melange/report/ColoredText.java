package dev.melange.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Text whose tokens are coloured by an activation, from the page's colour (zero and below) to
 * orange (the greatest of all lines): the contexts of a language model's feature, per-token losses.
 *
 * @param title plain text
 * @param lines in order
 */
public record ColoredText(String title, List<Line> lines) {
  /** Steps between no colour and full colour. */
  static final int LEVELS = 16;

  /**
   * One text. The activations are copied in and out.
   *
   * @param tokens as the tokenizer gives them, spaces included
   * @param activations one per token; NaN and infinite ones are left uncoloured
   * @param note shown before the text, for example the context's rank; may be empty
   */
  public record Line(List<String> tokens, double[] activations, String note) {
    /** Checks that there is one activation per token. */
    public Line {
      tokens = List.copyOf(tokens);
      activations = activations.clone();
      note = note == null ? "" : note;
      if (tokens.size() != activations.length) {
        throw new IllegalArgumentException(
            "coloured text has "
                + tokens.size()
                + " tokens and "
                + activations.length
                + " activations, expected as many");
      }
    }

    @Override
    public double[] activations() {
      return activations.clone();
    }
  }

  /** Copies the list. */
  public ColoredText {
    title = title == null ? "" : title;
    lines = List.copyOf(lines);
  }

  /** Starts a coloured text. */
  public static Builder titled(String title) {
    return new Builder(title);
  }

  /** An HTML figure. Colours are classes of the page; each token's tooltip has its activation. */
  public String toHtml() {
    double max =
        lines.stream()
            .flatMapToDouble(l -> Arrays.stream(l.activations))
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    var out = new StringBuilder("<figure class=\"tokens\">");
    if (!title.isBlank()) {
      out.append("<figcaption>").append(Html.escape(title)).append("</figcaption>");
    }
    for (Line line : lines) {
      out.append("<p>");
      if (!line.note.isBlank()) {
        out.append("<small>").append(Html.escape(line.note)).append("</small>");
      }
      out.append("<span>");
      for (int i = 0; i < line.activations.length; i++) {
        token(out, line.tokens.get(i), line.activations[i], max);
      }
      out.append("</span></p>");
    }
    return out.append("</figure>").toString();
  }

  private static void token(StringBuilder out, String token, double activation, double max) {
    String shown = Html.escape(token.replace("\r", "").replace("\n", "↵"));
    boolean colored = Double.isFinite(activation) && activation > 0;
    long level = colored ? Math.round(activation / max * LEVELS) : 0;
    if (level == 0) {
      out.append(shown);
      return;
    }
    out.append("<mark class=\"h").append(level).append("\" title=\"");
    out.append(String.format(Locale.ROOT, "%.4g", activation)).append("\">");
    out.append(shown).append("</mark>");
  }

  /** The page's rules for the token colours, both modes readable with the page's text colour. */
  static String css() {
    var light = new StringBuilder();
    var dark = new StringBuilder("@media screen and (prefers-color-scheme:dark){");
    for (int i = 1; i <= LEVELS; i++) {
      double share = (double) i / LEVELS;
      String rule = ".h" + i + "{background:%s}";
      light.append(String.format(rule, Ink.hex(ColorMap.ORANGES.rgb(share))));
      int paper = Ink.PAPER.dark();
      dark.append(String.format(rule, Ink.hex(ColorMap.mix(paper, 0xA34E00, share))));
    }
    return light.append(dark).append('}').toString();
  }

  /** Builds a {@link ColoredText}. */
  public static final class Builder {
    private final String title;
    private final List<Line> lines = new ArrayList<>();

    private Builder(String title) {
      this.title = title;
    }

    /** A text with one activation per token. */
    public Builder line(List<String> tokens, double... activations) {
      lines.add(new Line(tokens, activations, ""));
      return this;
    }

    /** A text with a note before it. */
    public Builder line(String note, List<String> tokens, double... activations) {
      lines.add(new Line(tokens, activations, note));
      return this;
    }

    /** The text; the builder may be used further. */
    public ColoredText build() {
      return new ColoredText(title, lines);
    }
  }
}
