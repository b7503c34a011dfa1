package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.feed.TexText;
import dev.melange.store.Database;
import dev.melange.store.NoteStore;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperStore;
import dev.melange.store.PaperStore.LinkRow;
import dev.melange.store.ResultStore;
import dev.melange.store.ResultStore.Result;
import dev.melange.store.TagStore;
import dev.melange.store.UserStore;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a paper of the page's store. */
@Command(
    name = "show",
    description =
        "Show what the page's store knows of a paper: its abstract, links, votes and comments, what"
            + " studies found here, the owner's tags and note. 'melange show KEY' shows the card.",
    footer = {"  melange papers show timemixer", "  melange papers show 2111.11418 --json"})
final class PapersShowCommand extends Subcommand {
  @Parameters(paramLabel = "ID", description = "A paper's id, or its key in the catalogue.")
  private String id;

  private record Known(
      PaperEntry paper,
      List<String> categories,
      List<LinkRow> links,
      List<Result> results,
      List<String> tags,
      String note) {}

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    try (Database database = PapersStore.open()) {
      PaperEntry paper = PapersStore.find(database, id);
      long owner = new UserStore(database).owner().id();
      Known known =
          new Known(
              paper,
              new PaperStore(database).categories(paper.id()),
              new PaperStore(database).links(paper.id()),
              new ResultStore(database).of(paper.id()),
              new TagStore(database).of(owner, paper.id()),
              new NoteStore(database).note(owner, paper.id()).orElse(null));
      console.result(() -> json(known), () -> print(console, known));
    }
    return ExitCode.OK;
  }

  private static void print(Console console, Known known) {
    PaperEntry paper = known.paper();
    console.line(console.bold(TexText.plain(paper.title())));
    String who = String.join(", ", paper.shownAuthors());
    if (who.isEmpty() && paper.authorCount() != null) {
      who = paper.authorCount() == 1 ? "1 author" : paper.authorCount() + " authors";
    }
    if (paper.organisation() != null) {
      who = who.isEmpty() ? paper.organisation().name() : who + "; " + paper.organisation().name();
    }
    if (!who.isEmpty()) {
      console.paragraph("", who);
    }
    console.line(
        "%s, published %s%s, %d votes, %d comments%s"
            .formatted(
                paper.publicId(),
                paper.published(),
                paper.listedDay() == null ? ", not listed" : ", listed " + paper.listedDay(),
                paper.votes(),
                paper.comments(),
                paper.withdrawnAt() == null ? "" : ", withdrawn"));
    if (!known.categories().isEmpty()) {
      console.line("categories: " + String.join(", ", known.categories()));
    }
    known.links().forEach(link -> console.line(link.kind() + ": " + link.url()));
    if (!known.tags().isEmpty()) {
      console.line("tags: " + String.join(", ", known.tags()));
    }
    for (Result result : known.results()) {
      console.line(
          "study %s, scale %s, %s: %s"
              .formatted(
                  result.study(),
                  result.scale(),
                  result.finishedAt().toString().substring(0, 10),
                  result.verdict()));
    }
    if (paper.abstractText() != null) {
      console.line("");
      console.paragraph("", TexText.plain(paper.abstractText()));
    }
    if (known.note() != null) {
      console.line("");
      console.line(console.bold("Note"));
      known.note().lines().forEach(console::line);
    }
    if (paper.catalogueKey() != null) {
      console.note("'melange show " + paper.catalogueKey() + "' tells what it claims");
    }
  }

  private static ObjectNode json(Known known) {
    PaperEntry paper = known.paper();
    ObjectNode json = (ObjectNode) PapersStore.json(List.of(paper)).get(0);
    json.put("summary", paper.abstractText() == null ? null : TexText.plain(paper.abstractText()))
        .put("numAuthors", paper.authorCount())
        .put("organization", paper.organisation() == null ? null : paper.organisation().name())
        .put("listedOn", paper.listedDay() == null ? null : paper.listedDay().toString())
        .put("submittedBy", paper.submitter())
        .put("projectPage", paper.projectUrl())
        .put("githubRepo", paper.repoUrl())
        .put("githubStars", paper.stars())
        .put("withdrawnAt", paper.withdrawnAt() == null ? null : paper.withdrawnAt().toString())
        .put("note", known.note());
    paper.shownAuthors().forEach(json.putArray("authors")::add);
    known.categories().forEach(json.putArray("categories")::add);
    known.tags().forEach(json.putArray("tags")::add);
    ArrayNode links = json.putArray("links");
    known
        .links()
        .forEach(link -> links.addObject().put("kind", link.kind()).put("url", link.url()));
    ArrayNode results = json.putArray("results");
    for (Result result : known.results()) {
      results
          .addObject()
          .put("study", result.study())
          .put("scale", result.scale())
          .put("verdict", result.verdict())
          .put("seeds", result.seeds())
          .put("machine", result.machine())
          .put("finishedAt", result.finishedAt().toString());
    }
    return json;
  }
}
