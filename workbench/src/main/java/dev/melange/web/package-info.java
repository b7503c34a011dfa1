/**
 * The Daily Papers page: HTML rendered on the server, a JSON API, feeds.
 *
 * <p>{@link dev.melange.web.PageServer} starts and stops it. {@link dev.melange.web.Site} holds
 * what all handlers share: settings, stores, templates, the clock. Handlers are grouped by topic in
 * classes that register their own routes ({@link dev.melange.web.Routes}); a new topic is one class
 * and one line in {@code PageServer}. Templates lie in {@code src/main/jte}; they see the records
 * of {@link dev.melange.web.Views} only, whose texts are plain text that the template escapes.
 *
 * <p>Bad input is reported by throwing {@link dev.melange.web.RequestException}; {@code PageServer}
 * turns it into JSON below {@code /api} and into a page elsewhere.
 */
package dev.melange.web;
