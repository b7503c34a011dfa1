package dev.melange.web;

import dev.melange.demo.Demos;
import dev.melange.feed.Bibtex;
import dev.melange.feed.PaperLink;
import dev.melange.feed.TexText;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;
import dev.melange.store.PaperStore.LinkRow;
import dev.melange.store.User;
import dev.melange.web.Views.ClaimView;
import dev.melange.web.Views.HistoryView;
import dev.melange.web.Views.LinkView;
import dev.melange.web.Views.PaperView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A paper's page, also as Markdown and BibTeX. */
final class PaperRoutes implements Routes {
  private final Site site;
  private final boolean demos;

  /**
   * Routes.
   *
   * @param site the page
   * @param demos whether demonstrations are offered
   */
  PaperRoutes(Site site, boolean demos) {
    this.site = site;
    this.demos = demos;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/papers/<id>", this::paper); // old arXiv ids have a slash
  }

  private void paper(Context context) {
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
      context.contentType("application/x-bibtex; charset=utf-8").result(Citations.bibtex(entry));
    } else if (asked.endsWith(".json")) {
      Replies.cached(context, Bases.shapes(context, site).single(entry));
    } else {
      context
          .header("Vary", "Accept")
          .html(site.templates().render("paper.jte", view(context, entry)));
    }
  }

  private PaperView view(Context context, PaperEntry entry) {
    User viewer = site.viewers().of(context);
    Optional<Card> card = Optional.ofNullable(entry.catalogueKey()).map(Cards::get);
    Optional<Method> method = Optional.ofNullable(entry.catalogueKey()).flatMap(Catalogue::find);
    String names =
        entry.authors().stream()
            .filter(author -> !author.hidden())
            .map(Author::name)
            .map(Visible::text)
            .collect(Collectors.joining(", "));
    return new PaperView(
        Frames.of(context, site, Visible.text(TexText.plain(entry.title()))),
        EntryViews.of(List.of(entry), site, viewer, false).get(0),
        names.isEmpty() ? null : names,
        entry.listedDay() == null ? null : EntryViews.date(entry.listedDay()),
        entry.withdrawnAt() != null,
        links(entry),
        card.map(Card::summary).orElse(null),
        card.map(
                it ->
                    it.claims().stream()
                        .map(claim -> new ClaimView(claim.text(), claim.figure(), claim.source()))
                        .toList())
            .orElse(List.of()),
        method
            .map(it -> it.models().stream().map(model -> model.name()).toList())
            .orElse(List.of()),
        method
            .map(it -> it.components().stream().map(component -> component.name()).toList())
            .orElse(List.of()),
        site.papers().history(entry.id()).stream()
            .map(
                event ->
                    new HistoryView(
                        event.at().toString().substring(0, 10),
                        event.kind() + ": " + event.detail()))
            .toList(),
        Citations.bibtex(entry),
        CommentViews.of(site.comments().of(entry.id()), viewer),
        RunRoutes.mayRun(site, viewer, entry),
        ResultViews.of(site.results().of(entry.id())));
  }

  private List<LinkView> links(PaperEntry entry) {
    List<LinkView> links = new ArrayList<>();
    if (demos && entry.catalogueKey() != null && Demos.of(entry.catalogueKey()).isPresent()) {
      links.add(new LinkView("/papers/" + entry.publicId() + "/try", "Try it"));
    }
    if (entry.arxivId() != null) {
      links.add(new LinkView("https://arxiv.org/abs/" + entry.arxivId(), "arXiv"));
      links.add(new LinkView("https://arxiv.org/pdf/" + entry.arxivId(), "PDF"));
    }
    if (entry.repoUrl() != null) {
      links.add(new LinkView(entry.repoUrl(), "Code"));
    }
    if (entry.projectUrl() != null) {
      links.add(new LinkView(entry.projectUrl(), "Project page"));
    }
    for (LinkRow row : site.papers().links(entry.id())) {
      // Hosts nobody vouched for are shown, not linked.
      boolean linked = links.stream().anyMatch(link -> row.url().equals(link.url()));
      if (row.kind().equals("other") && !linked && PaperLink.parse(row.url()).isPresent()) {
        links.add(new LinkView(null, row.url()));
      }
    }
    return links;
  }

  /** The paper as entries of bibliographies. */
  static final class Citations {
    private Citations() {}

    static String bibtex(PaperEntry entry) {
      return Bibtex.write(
          new Bibtex.Entry(
              TexText.plain(entry.title()),
              entry.authors().stream().map(Author::name).toList(),
              entry.published(),
              entry.arxivId(),
              entry.primaryCategory(),
              entry.arxivId() == null
                  ? entry.projectUrl()
                  : "https://arxiv.org/abs/" + entry.arxivId(),
              null,
              null));
    }
  }
}
