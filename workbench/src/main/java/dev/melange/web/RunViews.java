package dev.melange.web;

import dev.melange.jobs.Job;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import dev.melange.web.Views.RunView;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Makes runs as pages show them. */
final class RunViews {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  private RunViews() {}

  static RunView of(Job job, Site site, User viewer, boolean report, String log) {
    PaperEntry paper =
        job.paperId() == null
            ? null
            : site.papers().withIds(List.of(job.paperId())).stream().findFirst().orElse(null);
    boolean own = viewer != null && job.userId() != null && job.userId() == viewer.id();
    boolean curator = viewer != null && viewer.role().atLeast(User.Role.CURATOR);
    return new RunView(
        job.id(),
        job.study(),
        paper == null ? null : "/papers/" + paper.publicId(),
        job.scale(),
        job.seed(),
        job.state().label(),
        time(job.queuedAt()),
        time(job.startedAt()),
        time(job.finishedAt()),
        job.verdict(),
        job.message(),
        !job.state().ended() && !job.cancelAsked() && (own || curator),
        report,
        log);
  }

  static String time(Instant instant) {
    return instant == null ? null : TIME.format(instant);
  }
}
