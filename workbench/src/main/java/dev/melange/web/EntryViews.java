package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import dev.melange.papers.study.Verdict;
import dev.melange.store.PaperEntry;
import dev.melange.store.ResultStore.Result;
import dev.melange.store.Trend;
import dev.melange.store.User;
import dev.melange.web.Views.EntryView;
import dev.melange.web.Views.StudyView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes entries of lists from what the store knows. */
final class EntryViews {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("MMM d, uuuu", Locale.ENGLISH);

  private EntryViews() {}

  /** What a viewer has done with some papers. */
  private record Done(Set<Long> voted, Set<Long> saved, Set<Long> read, Optional<Instant> since) {
    static Done of(Site site, User viewer, List<Long> ids) {
      if (viewer == null) {
        return new Done(Set.of(), Set.of(), Set.of(), Optional.empty());
      }
      return new Done(
          site.votes().votedFor(viewer.id(), ids),
          site.collections().saved(viewer.id(), ids),
          site.notes().readOf(viewer.id(), ids),
          site.visits().since(viewer));
    }
  }

  /** Entries as a viewer sees them. */
  static List<EntryView> of(List<PaperEntry> entries, Site site, User viewer, boolean scores) {
    List<Long> ids = entries.stream().map(PaperEntry::id).toList();
    Done done = Done.of(site, viewer, ids);
    Instant now = site.clock().instant();
    Map<Long, Result> results = site.results().newest(ids);
    return entries.stream()
        .map(entry -> view(entry, done, scores ? now : null, results.get(entry.id())))
        .toList();
  }

  /** An entry as a viewer sees it. */
  static EntryView of(PaperEntry entry, Site site, User viewer) {
    return of(List.of(entry), site, viewer, false).get(0);
  }

  private static EntryView view(PaperEntry entry, Done done, Instant scoredAt, Result result) {
    boolean fresh =
        entry.listedAt() != null && done.since().filter(entry.listedAt()::isAfter).isPresent();
    String key = entry.catalogueKey();
    return new EntryView(
        entry.publicId(),
        Visible.text(TexText.plain(entry.title())),
        entry.abstractText() == null ? null : TexText.plain(entry.abstractText()),
        Optional.ofNullable(key).map(Cards::get).map(Card::summary).orElse(null),
        Visible.text(entry.submitter()),
        byline(entry),
        entry.organisation() == null || entry.organisation().slug() == null
            ? null
            : "/orgs/" + encoded(entry.organisation().slug()),
        entry.published().toString(),
        date(entry.published()),
        entry.votes(),
        done.voted().contains(entry.id()),
        done.saved().contains(entry.id()),
        done.read().contains(entry.id()),
        entry.comments(),
        entry.sourceComments(),
        fresh,
        key,
        scoredAt == null
            ? null
            : String.format(Locale.ROOT, "%.1f", Trend.score(entry.trend(), scoredAt)),
        result == null && (key == null || !RunRoutes.hasStudy(key)) ? null : study(result));
  }

  /** How a study stands, by its newest result that says something; null before the first. */
  static StudyView study(Result result) {
    if (result == null) {
      return new StudyView("none", "Not run yet", null, null);
    }
    return new StudyView(
        kind(result.verdict()),
        capitalised(result.verdict()),
        "%s, %s %s, %s"
            .formatted(
                result.scale(),
                result.seeds().contains(" ") ? "seeds" : "seed",
                result.seeds(),
                date(LocalDate.ofInstant(result.finishedAt(), ZoneOffset.UTC))),
        result.machine());
  }

  /** The kind of a verdict, from its words or its name. */
  static String kind(String verdict) {
    for (Verdict known : Verdict.values()) {
      if (known.text().equals(verdict) || known.name().equalsIgnoreCase(verdict)) {
        return switch (known) {
          case HOLDS -> "holds";
          case DOES_NOT_SHOW -> "unshown";
          case FAILS -> "fails";
        };
      }
    }
    return "none";
  }

  static String capitalised(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String byline(PaperEntry entry) {
    if (entry.organisation() != null) {
      return Visible.text(entry.organisation().name());
    }
    Integer count = entry.authorCount();
    return count == null ? null : count == 1 ? "1 author" : count + " authors";
  }

  static String date(LocalDate day) {
    return DATE.format(day);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
