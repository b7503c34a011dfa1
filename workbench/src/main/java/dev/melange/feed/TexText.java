package dev.melange.feed;

import java.text.Normalizer;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Titles and abstracts as plain text. Authors write them in TeX's manner: escaped signs, accents by
 * command, formulas between dollars, quotes from backticks. What is known becomes the character it
 * means; what is not stays as it was written. Nothing is ever expanded or executed.
 */
public final class TexText {
  private static final Pattern ACCENT =
      Pattern.compile(
          "\\\\([\"'`^~=.uvHckr])\\s?(?:\\{\\s?(\\\\?[A-Za-z])\\}|(\\\\[ij])\\b|([A-Za-z]))");
  private static final Pattern BRACED_ACCENT = Pattern.compile("\\{(\\P{ASCII}\\p{M}?)\\}");
  private static final Pattern COMMAND = Pattern.compile("\\\\([A-Za-z]{2,20})(?![A-Za-z])");
  private static final Pattern STYLE =
      Pattern.compile(
          "\\\\(?:emph|textit|textbf|texttt|textsc|textrm|text|mathrm|mathbf|mathcal|mathbb|mathit)"
              + "\\{([^{}\\\\]{0,2000})\\}");
  private static final Pattern BROKEN_HREF =
      Pattern.compile(
          "~?(https?://[^\\s{}~]{1,500})\\{(https?:[^\\s{}]{1,500}?)\\}?(?=[\\s,;:]|[.](?:\\s|$)|$)");

  private static final Map<String, String> COMBINING =
      Map.ofEntries(
          Map.entry("\"", "\u0308"),
          Map.entry("'", "\u0301"),
          Map.entry("`", "\u0300"),
          Map.entry("^", "\u0302"),
          Map.entry("~", "\u0303"),
          Map.entry("=", "\u0304"),
          Map.entry(".", "\u0307"),
          Map.entry("u", "\u0306"),
          Map.entry("v", "\u030c"),
          Map.entry("H", "\u030b"),
          Map.entry("c", "\u0327"),
          Map.entry("k", "\u0328"),
          Map.entry("r", "\u030a"));

  private static final Map<String, String> SYMBOLS =
      Map.ofEntries(
          Map.entry("times", "\u00d7"),
          Map.entry("cdot", "\u00b7"),
          Map.entry("pm", "\u00b1"),
          Map.entry("sim", "\u223c"),
          Map.entry("approx", "\u2248"),
          Map.entry("leq", "\u2264"),
          Map.entry("le", "\u2264"),
          Map.entry("geq", "\u2265"),
          Map.entry("ge", "\u2265"),
          Map.entry("neq", "\u2260"),
          Map.entry("ll", "\u226a"),
          Map.entry("gg", "\u226b"),
          Map.entry("infty", "\u221e"),
          Map.entry("to", "\u2192"),
          Map.entry("rightarrow", "\u2192"),
          Map.entry("leftarrow", "\u2190"),
          Map.entry("in", "\u2208"),
          Map.entry("sum", "\u2211"),
          Map.entry("prod", "\u220f"),
          Map.entry("sqrt", "\u221a"),
          Map.entry("partial", "\u2202"),
          Map.entry("nabla", "\u2207"),
          Map.entry("ell", "\u2113"),
          Map.entry("ldots", "\u2026"),
          Map.entry("dots", "\u2026"),
          Map.entry("alpha", "\u03b1"),
          Map.entry("beta", "\u03b2"),
          Map.entry("gamma", "\u03b3"),
          Map.entry("delta", "\u03b4"),
          Map.entry("epsilon", "\u03b5"),
          Map.entry("varepsilon", "\u03b5"),
          Map.entry("zeta", "\u03b6"),
          Map.entry("eta", "\u03b7"),
          Map.entry("theta", "\u03b8"),
          Map.entry("kappa", "\u03ba"),
          Map.entry("lambda", "\u03bb"),
          Map.entry("mu", "\u03bc"),
          Map.entry("nu", "\u03bd"),
          Map.entry("xi", "\u03be"),
          Map.entry("pi", "\u03c0"),
          Map.entry("rho", "\u03c1"),
          Map.entry("sigma", "\u03c3"),
          Map.entry("tau", "\u03c4"),
          Map.entry("phi", "\u03c6"),
          Map.entry("varphi", "\u03c6"),
          Map.entry("chi", "\u03c7"),
          Map.entry("psi", "\u03c8"),
          Map.entry("omega", "\u03c9"),
          Map.entry("Gamma", "\u0393"),
          Map.entry("Delta", "\u0394"),
          Map.entry("Theta", "\u0398"),
          Map.entry("Lambda", "\u039b"),
          Map.entry("Sigma", "\u03a3"),
          Map.entry("Phi", "\u03a6"),
          Map.entry("Psi", "\u03a8"),
          Map.entry("Omega", "\u03a9"),
          Map.entry("ss", "\u00df"),
          Map.entry("ae", "\u00e6"),
          Map.entry("aa", "\u00e5"),
          Map.entry("textdegree", "\u00b0"));

  private TexText() {}

  /**
   * The text as it is shown and searched.
   *
   * @param raw as it was written
   * @return plain text, in Unicode's composed form
   */
  public static String plain(String raw) {
    if (raw.indexOf('\\') < 0
        && raw.indexOf('$') < 0
        && raw.indexOf('`') < 0
        && !raw.contains("--")
        && !raw.contains("\"")
        && raw.indexOf('~') < 0) {
      return Normalizer.normalize(raw, Normalizer.Form.NFC);
    }
    String text = BROKEN_HREF.matcher(raw).replaceAll(TexText::address);
    text = accents(text);
    text = STYLE.matcher(text).replaceAll("$1");
    text = COMMAND.matcher(text).replaceAll(TexText::symbol);
    text = text.replaceAll("(?<=[\\p{Alnum}).,])~(?=[\\p{Alnum}(\\\\])", " ");
    // An even number of dollars are delimiters and go; of an odd number none opens a formula.
    text = text.replaceAll("(?<!\\\\)\\$", "").replaceAll("\\\\([%&#_{}$])", "$1");
    text = text.replaceAll("--\\s?>", "->").replaceAll(" -- ", " \u2013 ");
    text = text.replaceAll("``([^`\"']{0,2000}?)(?:''|\")", "\u201c$1\u201d");
    return Normalizer.normalize(text, Normalizer.Form.NFC);
  }

  private static String address(MatchResult href) {
    String first = href.group(1).replace("\\", "");
    String second = href.group(2).replace("\\", "").replaceFirst("[.,;:]+$", "");
    return Matcher.quoteReplacement(
        first.equals(second) ? " " + first : href.group().replace('~', ' '));
  }

  private static String accents(String text) {
    String accented =
        ACCENT
            .matcher(text)
            .replaceAll(
                found -> {
                  String letter = found.group(2);
                  if (letter == null) {
                    letter = found.group(3) == null ? found.group(4) : found.group(3);
                  }
                  boolean named = Character.isLetter(found.group(1).charAt(0));
                  if (named && found.group(4) != null) {
                    return Matcher.quoteReplacement(found.group()); // a longer command, no breve
                  }
                  String base = letter.startsWith("\\") ? letter.substring(1) : letter;
                  return Matcher.quoteReplacement(
                      Normalizer.normalize(
                          base + COMBINING.get(found.group(1)), Normalizer.Form.NFC));
                });
    return BRACED_ACCENT.matcher(accented).replaceAll("$1");
  }

  private static String symbol(MatchResult command) {
    String symbol = SYMBOLS.get(command.group(1));
    return Matcher.quoteReplacement(symbol == null ? command.group() : symbol);
  }
}
