package dev.melange.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.TexText;
import dev.melange.feed.Titles;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.store.ClaimQueue;
import dev.melange.store.Organisation;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;
import dev.melange.store.ResultStore;
import dev.melange.store.ResultStore.Result;
import dev.melange.store.UserStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The API's objects, with the field names of daily-papers services. */
final class JsonShapes {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final String base;
  private final ResultStore results;
  private final ClaimQueue claims;

  /**
   * Shapes of a page.
   *
   * @param base the address under which readers reach it, without a slash at its end
   * @param results what studies found
   * @param claims which authors take part
   */
  JsonShapes(String base, ResultStore results, ClaimQueue claims) {
    this.base = base;
    this.results = results;
    this.claims = claims;
  }

  static ObjectNode error(String message) {
    return NODES.objectNode().put("error", message);
  }

  /** A list of wrappers. */
  ArrayNode wrappers(List<PaperEntry> entries) {
    ArrayNode array = NODES.arrayNode();
    Map<Long, Result> newest = results.newest(entries.stream().map(PaperEntry::id).toList());
    Set<Long> participating =
        claims.participating(
            entries.stream()
                .filter(entry -> entry.authors().stream().anyMatch(Author::verified))
                .map(PaperEntry::id)
                .toList());
    entries.forEach(entry -> array.add(wrapper(entry, newest.get(entry.id()), participating)));
    return array;
  }

  /** What a list shows of a paper: the paper itself, and what the page adds. */
  private ObjectNode wrapper(PaperEntry entry, Result result, Set<Long> participating) {
    ObjectNode json = NODES.objectNode();
    json.set("paper", paper(entry, result));
    json.put(
            "publishedAt",
            entry.listedAt() == null ? day(entry.published()) : time(entry.listedAt()))
        .put("title", title(entry))
        .put("summary", summary(entry))
        .put("thumbnail", base + "/papers/" + entry.publicId() + "/thumbnail.svg")
        .put("numComments", entry.comments());
    json.set("submittedBy", user(entry.submitter() == null ? UserStore.IMPORT : entry.submitter()));
    if (entry.organisation() != null) {
      json.set("organization", organisation(entry.organisation()));
    }
    return json.put("isAuthorParticipating", participating.contains(entry.id()));
  }

  /** A paper. */
  private ObjectNode paper(PaperEntry entry, Result result) {
    ObjectNode json =
        NODES
            .objectNode()
            .put("id", entry.publicId())
            .put("title", title(entry))
            .put("summary", summary(entry))
            .put("publishedAt", day(entry.published()))
            .put("upvotes", entry.votes())
            .put("discussionId", objectId("discussion", Long.toString(entry.id())));
    ArrayNode authors = json.putArray("authors");
    for (int i = 0; i < entry.authors().size(); i++) {
      authors.add(author(entry, i));
    }
    if (entry.listedAt() != null) {
      json.put("submittedOnDailyAt", time(entry.listedAt()));
      json.set(
          "submittedOnDailyBy",
          user(entry.submitter() == null ? UserStore.IMPORT : entry.submitter()));
    }
    if (entry.projectUrl() != null) {
      json.put("projectPage", entry.projectUrl());
    }
    if (entry.repoUrl() != null) {
      json.put("githubRepo", entry.repoUrl());
    }
    if (entry.stars() != null) {
      json.put("githubStars", entry.stars());
    }
    if (entry.organisation() != null) {
      json.set("organization", organisation(entry.organisation()));
    }
    if (entry.withdrawnAt() != null) {
      json.put("withdrawnAt", time(entry.withdrawnAt()));
    }
    json.set("melange", melange(entry, result));
    return json;
  }

  /** A paper with what only its own page tells. */
  ObjectNode single(PaperEntry entry) {
    ObjectNode json = paper(entry, results.newest(List.of(entry.id())).get(entry.id()));
    ArrayNode models = json.putArray("linkedModels");
    method(entry)
        .ifPresent(
            method ->
                method
                    .models()
                    .forEach(
                        model -> {
                          ObjectNode summary =
                              models
                                  .addObject()
                                  .put("id", "melange/" + model.name())
                                  .put("author", "melange")
                                  .put("likes", 0)
                                  .put("downloads", 0)
                                  .put("private", false)
                                  .put("gated", false)
                                  .put("pipeline_tag", model.task());
                          summary.putArray("tags");
                          summary.put("lastModified", time(entry.updatedAt()));
                        }));
    json.put("numTotalModels", models.size());
    json.putArray("linkedDatasets");
    json.put("numTotalDatasets", 0);
    json.putArray("linkedSpaces");
    json.put("numTotalSpaces", 0);
    json.put("numComments", entry.comments());
    return json.put("source", "melange");
  }

  private static ObjectNode melange(PaperEntry entry, Result result) {
    ObjectNode json = NODES.objectNode().put("key", entry.catalogueKey());
    ArrayNode models = json.putArray("models");
    ArrayNode components = json.putArray("components");
    method(entry)
        .ifPresent(
            method -> {
              method.models().forEach(model -> models.add(model.name()));
              method.components().forEach(component -> components.add(component.name()));
            });
    if (result == null) {
      json.putNull("study");
    } else {
      ObjectNode study =
          json.putObject("study")
              .put("verdict", result.verdict())
              .put("scale", result.scale())
              .put("seeds", result.seeds())
              .put("machine", result.machine())
              .put("runAt", time(result.finishedAt()));
      study.set("metrics", ResultViews.metrics(result).path("comparisons"));
    }
    return json.put("numAuthors", entry.authorCount());
  }

  private static Optional<Method> method(PaperEntry entry) {
    return Optional.ofNullable(entry.catalogueKey()).flatMap(Catalogue::find);
  }

  /** The id of a paper's author: of the place, as a hidden name could be guessed. */
  static String authorId(PaperEntry entry, int index) {
    return objectId("author", entry.id() + "#" + index);
  }

  /** The id of a user. */
  static String userId(String name) {
    return objectId("user", name);
  }

  private ObjectNode author(PaperEntry entry, int index) {
    Author author = entry.authors().get(index);
    ObjectNode json =
        NODES
            .objectNode()
            .put("_id", authorId(entry, index))
            .put("name", author.hidden() ? "" : author.name())
            .put("hidden", author.hidden());
    if (author.claimStatus() != null) {
      json.put("status", author.claimStatus());
    }
    if (author.verified() && !author.hidden()) {
      json.set("user", user(author.userName()));
    }
    return json;
  }

  private ObjectNode user(String name) {
    return NODES
        .objectNode()
        .put("_id", userId(name))
        .put("avatarUrl", base + "/avatars/" + name + ".svg")
        .put("fullname", name)
        .put("name", name)
        .put("type", "user")
        .put("isPro", false);
  }

  private static ObjectNode organisation(Organisation organisation) {
    return NODES
        .objectNode()
        .put("_id", objectId("organisation", Long.toString(organisation.id())))
        .put("name", organisation.slug() == null ? organisation.name() : organisation.slug())
        .put("fullname", organisation.name());
  }

  /** 24 hexadecimal digits that tell nothing and never change. */
  private static String objectId(String kind, String key) {
    return Titles.sha256((kind + ":" + key).getBytes(StandardCharsets.UTF_8)).substring(0, 24);
  }

  private static String title(PaperEntry entry) {
    return TexText.plain(entry.title());
  }

  private static String summary(PaperEntry entry) {
    return entry.abstractText() == null ? "" : TexText.plain(entry.abstractText());
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static String day(LocalDate day) {
    return time(day.atStartOfDay(ZoneOffset.UTC).toInstant());
  }
}
