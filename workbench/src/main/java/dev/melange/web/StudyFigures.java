package dev.melange.web;

import dev.melange.store.ResultStore.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of runs and the figures in them. Reports are written by this program, which escapes
 * all texts in them; their figures take their colours from classes, so that they fit the page.
 */
final class StudyFigures {
  private static final Logger LOG = LoggerFactory.getLogger(StudyFigures.class);
  private static final long MAX_REPORT = 20 << 20;
  private static final int MAX_FIGURE = 48 << 10;
  private static final String OPEN = "<figure class=\"chart\">";
  private static final String CLOSE = "</figure>";

  private StudyFigures() {}

  /** The report of a run, if it is still there. */
  static Optional<Path> report(Result result) {
    return Optional.of(Path.of(result.folder(), "report.html")).filter(Files::isRegularFile);
  }

  /** The report's first chart that is not too large for a page. */
  static Optional<String> first(Result result) {
    Optional<Path> report = report(result);
    if (report.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (Files.size(report.get()) > MAX_REPORT) {
        return Optional.empty();
      }
      return first(Files.readString(report.get(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The page is worth reading without its chart.
      LOG.warn("the report {} cannot be read", report.get(), e);
      return Optional.empty();
    }
  }

  /** The first such chart in a report's text. */
  static Optional<String> first(String report) {
    int from = report.indexOf(OPEN);
    while (from >= 0) {
      int to = report.indexOf(CLOSE, from);
      if (to < 0) {
        return Optional.empty();
      }
      if (to - from <= MAX_FIGURE) {
        return Optional.of(report.substring(from, to + CLOSE.length()));
      }
      from = report.indexOf(OPEN, to);
    }
    return Optional.empty();
  }
}
