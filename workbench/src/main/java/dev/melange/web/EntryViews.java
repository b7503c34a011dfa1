package dev.melange.web;

import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.ResultStore;
import dev.melange.store.Trend;
import dev.melange.store.User;
import dev.melange.web.Views.EntryView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes entries of lists from what the store knows. */
final class EntryViews {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("MMM d, uuuu", Locale.ENGLISH);

  private EntryViews() {}

  /** Entries as a viewer sees them. */
  static List<EntryView> of(List<PaperEntry> entries, Site site, User viewer, boolean scores) {
    Set<Long> voted =
        viewer == null
            ? Set.of()
            : site.votes().votedFor(viewer.id(), entries.stream().map(PaperEntry::id).toList());
    Instant now = site.clock().instant();
    Map<Long, ResultStore.Result> results =
        site.results().newest(entries.stream().map(PaperEntry::id).toList());
    return entries.stream()
        .map(
            entry ->
                view(
                    entry,
                    voted.contains(entry.id()),
                    viewer,
                    scores ? now : null,
                    results.get(entry.id())))
        .toList();
  }

  private static EntryView view(
      PaperEntry entry, boolean voted, User viewer, Instant scoredAt, ResultStore.Result result) {
    boolean fresh =
        viewer != null
            && viewer.visitedAt() != null
            && entry.listedAt() != null
            && entry.listedAt().isAfter(viewer.visitedAt());
    return new EntryView(
        entry.publicId(),
        Visible.text(TexText.plain(entry.title())),
        entry.abstractText() == null ? null : TexText.plain(entry.abstractText()),
        Visible.text(entry.submitter()),
        byline(entry),
        entry.organisation() == null || entry.organisation().slug() == null
            ? null
            : "/orgs/" + encoded(entry.organisation().slug()),
        entry.published().toString(),
        date(entry.published()),
        entry.votes(),
        voted,
        entry.comments(),
        entry.sourceComments(),
        fresh,
        entry.catalogueKey(),
        scoredAt == null
            ? null
            : String.format(Locale.ROOT, "%.1f", Trend.score(entry.trend(), scoredAt)),
        result == null ? null : result.verdict());
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
