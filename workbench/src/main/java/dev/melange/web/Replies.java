package dev.melange.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.feed.Titles;
import dev.melange.store.PaperCsv;
import dev.melange.store.PaperEntry;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Answers in JSON. */
final class Replies {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Replies() {}

  static void json(Context context, JsonNode answer) {
    context.contentType("application/json; charset=utf-8").result(bytes(answer));
  }

  /** As {@link #json}, for what anybody may read: with an ETag, and 304 for who has it already. */
  static void cached(Context context, JsonNode answer) {
    byte[] bytes = bytes(answer);
    String tag = '"' + Titles.sha256(bytes).substring(0, 32) + '"';
    context.header("ETag", tag).header("Cache-Control", "public, max-age=60");
    String known = context.header("If-None-Match");
    if (known != null && (known.equals("*") || known.contains(tag))) {
      context.status(304);
    } else {
      context.contentType("application/json; charset=utf-8").result(bytes);
    }
  }

  /** Papers as a table to be kept as a file, for whoever may see them. */
  static void table(Context context, List<PaperEntry> papers, String name) {
    context
        .contentType("text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=\"" + name + ".csv\"")
        .header("Cache-Control", "private, no-store")
        .result(PaperCsv.write(papers).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(JsonNode answer) {
    try {
      return MAPPER.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }
}
