/**
 * Result tables, charts, image grids and self-contained HTML reports.
 *
 * <p>Every element is an immutable model ({@link dev.melange.report.Table}, {@link
 * dev.melange.report.Chart}, {@link dev.melange.report.ImageGrid}, {@link
 * dev.melange.report.ColoredText}, {@link dev.melange.report.Tree}) that knows nothing of how it
 * was computed; {@link dev.melange.report.Report} puts them on one page. All text is plain text: it
 * is escaped where it is written. NaN and infinite numbers are gaps, never errors.
 */
package dev.melange.report;
