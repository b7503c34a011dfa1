package dev.melange.feed;

import java.time.Duration;

/**
 * An answer of a source.
 *
 * @param status the HTTP status, redirects followed
 * @param body its bytes; empty for 304
 * @param contentType as it was sent, or null
 * @param etag to ask with next time, or null
 * @param lastModified to ask with next time, or null
 * @param retryAfter how long the source wishes not to be asked, or null
 */
public record Fetched(
    int status,
    byte[] body,
    String contentType,
    String etag,
    String lastModified,
    Duration retryAfter) {}
