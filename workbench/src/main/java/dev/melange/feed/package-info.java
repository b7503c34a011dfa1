/**
 * Where papers come from: parsers of the formats that papers are published in.
 *
 * <p>A parser is a pure function from bytes to {@link dev.melange.feed.ParsedSource}: whole records
 * and, for what is no whole record, refusals with a line and a reason. What it reads is hostile:
 * sizes are bounded, text is kept as text. {@link dev.melange.feed.Formats} tells which parser a
 * source needs. The store's importer brings the records in.
 */
package dev.melange.feed;
