/**
 * Digests of the page by mail.
 *
 * <p>{@link dev.melange.mail.Subscriptions} takes readers in (double opt-in) and lets them go (one
 * click, RFC 8058). {@link dev.melange.mail.DigestPlanner} makes each reader's issue when it is due
 * in their time zone and puts it into the outbox in the same transaction; {@link
 * dev.melange.mail.Outbox} sends what is there, each at most once whatever happens, and {@link
 * dev.melange.mail.Bounces} stops sending to who cannot or does not want to be reached. Mails go
 * through a {@link dev.melange.mail.Carrier}: an SMTP server, or a folder of {@code .eml} files.
 */
package dev.melange.mail;
