package dev.melange.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;

/** The page's templates, compiled with the application. */
final class Templates {
  private static final int TYPICAL = 1 << 15;

  private final TemplateEngine engine =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Templates.class.getClassLoader(), "gg.jte.generated.precompiled");

  /**
   * Renders a template with its one parameter.
   *
   * @param name its file below {@code src/main/jte}, such as {@code list.jte}
   * @param view what it shows
   * @return HTML
   */
  String render(String name, Object view) {
    StringOutput out = new StringOutput(TYPICAL);
    engine.render(name, view, out);
    return out.toString();
  }
}
