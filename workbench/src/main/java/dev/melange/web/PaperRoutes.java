package dev.melange.web;

import dev.melange.search.PaperSearch;
import dev.melange.store.PaperEntry;
import dev.melange.store.ResultStore.Result;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A paper's page, also as Markdown, BibTeX and JSON, and the reports of its runs. */
final class PaperRoutes implements Routes {
  private final Site site;
  private final PaperPage page;

  /**
   * Routes of papers.
   *
   * @param search finds similar papers; null where there is no search
   * @param demos whether demonstrations are offered
   */
  PaperRoutes(Site site, PaperSearch search, boolean demos) {
    this.site = site;
    this.page = new PaperPage(site, search, demos);
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/papers/<id>/runs/{run}", this::report);
    routes.get("/papers/<id>", this::paper); // old arXiv ids have a slash
  }

  private void paper(Context context) throws IOException {
    String asked = context.pathParam("id");
    boolean markdown = asked.endsWith(".md");
    boolean bibtex = asked.endsWith(".bib");
    String id = asked.replaceFirst("\\.(md|bib|json)$", "");
    PaperEntry entry = PaperIds.find(site.papers(), id);
    if (!entry.publicId().equals(id)) {
      context.redirect(
          "/papers/" + entry.publicId() + asked.substring(id.length()),
          HttpStatus.PERMANENT_REDIRECT);
      return;
    }
    String accept = context.header("Accept");
    if (markdown || (accept != null && accept.startsWith("text/markdown"))) {
      context
          .contentType("text/markdown; charset=utf-8")
          .header("Vary", "Accept")
          .result(PaperMarkdown.of(entry, site.papers().links(entry.id())));
    } else if (bibtex) {
      context
          .contentType("application/x-bibtex; charset=utf-8")
          .result(Citations.bibtex(site.papers(), List.of(entry)));
    } else if (asked.endsWith(".json")) {
      Replies.cached(context, Bases.shapes(context, site).single(entry));
    } else {
      context
          .header("Vary", "Accept")
          .html(site.templates().render("paper.jte", page.view(context, entry)));
    }
  }

  /** The report of one of the paper's runs, the first of which is 1. */
  private void report(Context context) throws IOException {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    List<Result> results = site.results().of(entry.id());
    Optional<Path> report =
        Params.id(context.pathParam("run"))
            .filter(number -> number >= 1 && number <= results.size())
            .map(number -> results.get(results.size() - number.intValue()))
            .flatMap(StudyFigures::report);
    RunRoutes.send(
        context,
        Files.newInputStream(
            report.orElseThrow(() -> RequestException.notFound("there is no such report"))));
  }
}
