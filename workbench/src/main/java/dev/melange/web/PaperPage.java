package dev.melange.web;

import dev.melange.demo.Demos;
import dev.melange.feed.PaperLink;
import dev.melange.feed.TexText;
import dev.melange.papers.Card;
import dev.melange.papers.Cards;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.search.PaperSearch;
import dev.melange.search.SimilarPaper;
import dev.melange.store.ClaimStore.Claim;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperEntry.Author;
import dev.melange.store.PaperStore.LinkRow;
import dev.melange.store.ResultStore.Result;
import dev.melange.store.User;
import dev.melange.web.PaperViews.AuthorView;
import dev.melange.web.PaperViews.AuthorshipView;
import dev.melange.web.PaperViews.ClaimView;
import dev.melange.web.PaperViews.EditView;
import dev.melange.web.PaperViews.HistoryView;
import dev.melange.web.PaperViews.PanelView;
import dev.melange.web.PaperViews.PaperView;
import dev.melange.web.PaperViews.SimilarView;
import dev.melange.web.PersonalViews.KeptView;
import dev.melange.web.PersonalViews.MembershipView;
import dev.melange.web.Views.LinkView;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Gathers what a paper's page shows. */
final class PaperPage {
  private static final int SIMILAR = 5;

  private final Site site;
  private final PaperSearch search;
  private final boolean demos;

  PaperPage(Site site, PaperSearch search, boolean demos) {
    this.site = site;
    this.search = search;
    this.demos = demos;
  }

  PaperView view(Context context, PaperEntry entry) throws IOException {
    User viewer = site.viewers().of(context);
    Optional<Card> card = Optional.ofNullable(entry.catalogueKey()).map(Cards::get);
    Optional<Method> method = Optional.ofNullable(entry.catalogueKey()).flatMap(Catalogue::find);
    return new PaperView(
        Frames.of(context, site, Visible.text(TexText.plain(entry.title()))),
        EntryViews.of(entry, site, viewer),
        entry.authors().stream()
            .filter(author -> !author.hidden())
            .map(
                author ->
                    new AuthorView(
                        "/authors/" + EntryViews.encoded(author.name()),
                        Visible.text(author.name()),
                        author.verified() ? author.userName() : null))
            .toList(),
        entry.listedDay() == null ? null : EntryViews.date(entry.listedDay()),
        entry.withdrawnAt() != null,
        links(entry),
        card.map(PaperPage::claims).orElse(List.of()),
        card.map(it -> panel(it, entry, viewer)).orElse(null),
        method
            .map(it -> it.models().stream().map(model -> model.name()).toList())
            .orElse(List.of()),
        method
            .map(it -> it.components().stream().map(component -> component.name()).toList())
            .orElse(List.of()),
        topics(entry, method),
        similar(entry),
        site.collections().with(entry.id()).stream()
            .filter(collection -> collection.mayBeSeenBy(viewer))
            .map(collection -> CollectionRoutes.view(collection, viewer))
            .toList(),
        site.papers().history(entry.id()).stream()
            .map(
                event ->
                    new HistoryView(
                        event.at().toString().substring(0, 10),
                        event.kind() + ": " + event.detail()))
            .toList(),
        Citations.bibtex(site.papers(), List.of(entry)),
        new CommentViews(
                viewer, entry, site.reactions().of(entry.id(), viewer == null ? null : viewer.id()))
            .tree(site.comments().of(entry.id())),
        viewer == null ? null : kept(entry, viewer),
        authorship(entry, viewer),
        edit(entry, viewer));
  }

  private EditView edit(PaperEntry entry, User viewer) {
    if (viewer == null || !viewer.role().atLeast(User.Role.CURATOR)) {
      return null;
    }
    LocalDate day = entry.listedDay() == null ? site.today() : entry.listedDay();
    return new EditView(
        entry.title(),
        entry.abstractText() == null ? "" : entry.abstractText(),
        entry.authors().stream().map(Author::name).collect(Collectors.joining("\n")),
        day.toString(),
        entry.listedDay() != null,
        entry.withdrawnAt() != null);
  }

  /** On a page of one's own nobody claims anything; its owner edits links as a curator. */
  private AuthorshipView authorship(PaperEntry entry, User viewer) {
    boolean claims =
        site.config().access().open()
            && viewer != null
            && viewer.role().atLeast(User.Role.MEMBER)
            && !entry.authors().isEmpty();
    boolean links = ClaimRoutes.mayEditLinks(viewer, entry);
    if (!claims && !links) {
      return null;
    }
    Optional<Claim> claim = claims ? site.claims().of(entry.id(), viewer.id()) : Optional.empty();
    return new AuthorshipView(
        claims ? entry.shownAuthors() : List.of(),
        claim.map(it -> Visible.text(it.author())).orElse(null),
        claim.filter(Claim::verified).isPresent(),
        claim.filter(Claim::hidden).isPresent(),
        links,
        entry.projectUrl() == null ? "" : entry.projectUrl(),
        entry.repoUrl() == null ? "" : entry.repoUrl());
  }

  private static List<ClaimView> claims(Card card) {
    return card.claims().stream()
        .map(claim -> new ClaimView(claim.text(), claim.figure(), claim.source()))
        .toList();
  }

  /** Null where there is neither a study nor a result. */
  private PanelView panel(Card card, PaperEntry entry, User viewer) {
    List<Result> results = site.results().of(entry.id());
    boolean study = RunRoutes.hasStudy(card.key());
    return study || !results.isEmpty()
        ? ResultViews.panel(
            card, results, "/papers/" + entry.publicId(), RunRoutes.mayRun(site, viewer, entry))
        : null;
  }

  private List<LinkView> topics(PaperEntry entry, Optional<Method> method) {
    List<LinkView> topics = new ArrayList<>();
    Set<String> tasks =
        method
            .map(it -> it.models().stream().map(model -> model.task()).collect(Collectors.toSet()))
            .orElse(Set.of());
    tasks.stream()
        .sorted()
        .forEach(
            task ->
                topics.add(
                    new LinkView(
                        "/topics/tasks/" + EntryViews.encoded(task), task.replace('-', ' '))));
    site.papers()
        .categories(entry.id())
        .forEach(
            category ->
                topics.add(new LinkView("/topics/" + EntryViews.encoded(category), category)));
    return topics;
  }

  private List<SimilarView> similar(PaperEntry entry) throws IOException {
    if (search == null) {
      return List.of();
    }
    List<SimilarView> similar = new ArrayList<>();
    for (SimilarPaper paper : search.similar(entry, SIMILAR)) {
      similar.add(
          new SimilarView(
              "/papers/" + paper.paper().publicId(),
              Visible.text(TexText.plain(paper.paper().title())),
              String.format(Locale.ROOT, "%.2f", paper.cosine()),
              paper.shared()));
    }
    return similar;
  }

  private KeptView kept(PaperEntry entry, User viewer) {
    Set<Long> in =
        site.collections().with(entry.id()).stream()
            .map(collection -> collection.id())
            .collect(Collectors.toSet());
    return new KeptView(
        String.join(", ", site.tags().of(viewer.id(), entry.id())),
        site.notes().note(viewer.id(), entry.id()).orElse(""),
        site.collections().of(viewer.id()).stream()
            .map(
                collection ->
                    new MembershipView(
                        collection.id(), collection.name(), in.contains(collection.id())))
            .toList());
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
      String stars = entry.stars() == null ? "" : " (%,d stars)".formatted(entry.stars());
      links.add(new LinkView(entry.repoUrl(), "Code" + stars));
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
}
