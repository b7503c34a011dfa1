package dev.melange.web;

import dev.melange.demo.DemoInput;
import dev.melange.demo.DemoResult;
import dev.melange.demo.DemoResult.Picture;
import dev.melange.demo.Field;
import dev.melange.web.Views.Frame;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** What the page of a demonstration shows. All texts are plain; the template escapes them. */
public final class TryViews {
  private static final int LEVELS = 9;

  private TryViews() {}

  /**
   * The page.
   *
   * @param frame what all pages have
   * @param paperUrl of the paper's page
   * @param paper its title
   * @param action where the form goes
   * @param title what the demonstration does
   * @param about it
   * @param command that makes its weights; null if they are there
   * @param fields what it asks for
   * @param message why it did not run; null if it did, or was not asked to
   * @param result what it showed; null before it ran
   */
  public record TryView(
      Frame frame,
      String paperUrl,
      String paper,
      String action,
      String title,
      String about,
      String command,
      List<FieldView> fields,
      String message,
      ResultView result) {}

  /**
   * A field of the form.
   *
   * @param name in the form
   * @param label for readers
   * @param kind image, drawing, csv, text, line or choice
   * @param value as it was given, or what is taken without
   * @param choices of a choice
   */
  public record FieldView(
      String name, String label, String kind, String value, List<ChoiceView> choices) {}

  /** A value to choose. */
  public record ChoiceView(String value, String label, boolean chosen) {}

  /**
   * What a demonstration showed.
   *
   * @param summary one sentence
   * @param shares parts of a whole
   * @param pictures as data URLs
   * @param passages marked texts
   * @param columns of the table, empty without one
   * @param rows of the table
   */
  public record ResultView(
      String summary,
      List<ShareView> shares,
      List<PictureView> pictures,
      List<PassageView> passages,
      List<String> columns,
      List<List<String>> rows) {}

  /** A part of a whole: its value as an attribute, and in per cent. */
  public record ShareView(String name, String value, String percent) {}

  /** A picture; width and height are those of its pixels. */
  public record PictureView(String caption, String src, int width, int height) {}

  /** Lines under a heading. */
  public record PassageView(String title, List<List<PieceView>> lines) {}

  /** A piece of text and its level of marking, 0 to 9. */
  public record PieceView(String text, int level) {}

  static FieldView field(Field field, DemoInput given) {
    String value =
        field.kind().file() ? "" : given.values().getOrDefault(field.name(), field.value());
    return new FieldView(
        field.name(),
        field.label(),
        field.kind().label(),
        value,
        field.choices().stream()
            .map(
                choice ->
                    new ChoiceView(choice.value(), choice.label(), choice.value().equals(value)))
            .toList());
  }

  static ResultView result(DemoResult result) {
    return new ResultView(
        result.summary(),
        result.shares().stream()
            .map(
                share ->
                    new ShareView(
                        share.name(),
                        String.format(Locale.ROOT, "%.4f", share.value()),
                        String.format(Locale.ROOT, "%.1f %%", 100 * share.value())))
            .toList(),
        result.pictures().stream().map(TryViews::picture).toList(),
        result.passages().stream()
            .map(
                passage ->
                    new PassageView(
                        passage.title(),
                        passage.lines().stream()
                            .map(line -> line.stream().map(TryViews::piece).toList())
                            .toList()))
            .toList(),
        result.columns(),
        result.rows());
  }

  private static PieceView piece(DemoResult.Piece piece) {
    return new PieceView(piece.text(), (int) Math.round(piece.strength() * LEVELS));
  }

  private static PictureView picture(Picture picture) {
    return new PictureView(picture.caption(), src(picture), picture.width(), picture.height());
  }

  static String src(Picture picture) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(picture.png());
  }
}
