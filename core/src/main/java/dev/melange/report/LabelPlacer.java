package dev.melange.report;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** Puts the labels of points where they cover neither a point nor one another. */
final class LabelPlacer {
  private static final TextStyle STYLE = new TextStyle(Ink.TEXT, 11.5, false);

  private final Rectangle2D plot;
  private final List<Rectangle2D> taken = new ArrayList<>();

  LabelPlacer(Rectangle2D plot) {
    this.plot = plot;
  }

  /** Keeps a point free. */
  void occupy(double x, double y) {
    taken.add(new Rectangle2D.Double(x - 4, y - 4, 8, 8));
  }

  /** Keeps a step free: level from (x1, y1) to x2, then upright to y2. */
  void occupyLine(double x1, double y1, double x2, double y2) {
    taken.add(new Rectangle2D.Double(x1, y1 - 1, x2 - x1, 2));
    taken.add(new Rectangle2D.Double(x2 - 1, Math.min(y1, y2), 2, Math.abs(y2 - y1)));
  }

  /**
   * Draws the label right of, left of, above or below its point, the first that is free; a label
   * without a free place is left out, for overlapping ones could not be read either.
   */
  void place(Canvas canvas, String text, double x, double y) {
    String shown = STYLE.fit(text, plot.getWidth() / 2);
    double w = STYLE.width(shown);
    double h = 13;
    double[][] places = {
      {x + 8, y - h / 2}, {x - 8 - w, y - h / 2}, {x - w / 2, y - 8 - h}, {x - w / 2, y + 8},
      {x + 6, y - 6 - h}, {x + 6, y + 6}, {x - 6 - w, y - 6 - h}, {x - 6 - w, y + 6}
    };
    for (double[] place : places) {
      var box = new Rectangle2D.Double(place[0], place[1], w, h);
      if (plot.contains(box) && taken.stream().noneMatch(box::intersects)) {
        taken.add(box);
        canvas.text(shown, place[0], place[1] + 10, STYLE, Canvas.Anchor.START, 0);
        return;
      }
    }
  }
}
