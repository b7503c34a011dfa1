package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.account.Scope;
import dev.melange.feed.TexText;
import dev.melange.store.Actor;
import dev.melange.store.ClaimQueue.Request;
import dev.melange.store.Duplicates;
import dev.melange.store.Duplicates.Pair;
import dev.melange.store.OrganisationDomains;
import dev.melange.store.PaperEntry;
import dev.melange.store.PaperMerger;
import dev.melange.store.User;
import dev.melange.web.CurateViews.ClaimRow;
import dev.melange.web.CurateViews.CurateView;
import dev.melange.web.CurateViews.DomainsRow;
import dev.melange.web.CurateViews.MergeView;
import dev.melange.web.CurateViews.PairRow;
import dev.melange.web.CurateViews.SideView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What curators decide: which claims are true, which papers are one. */
final class CurateRoutes implements Routes {
  static final String PAGE = "/curate";

  private static final int MOST = 100;

  private final Site site;
  private final Duplicates duplicates;
  private final PaperMerger merger;
  private final OrganisationDomains domains;

  CurateRoutes(Site site) {
    this.site = site;
    this.duplicates = new Duplicates(site.database());
    this.merger = new PaperMerger(site.database());
    this.domains = new OrganisationDomains(site.database());
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get(PAGE, this::show);
    routes.post(PAGE + "/claims", this::decide);
    routes.post(PAGE + "/organisations/{id}/domains", this::domains);
    routes.get(PAGE + "/merge", this::compare);
    routes.post(PAGE + "/merge", this::merge);
    routes.post(PAGE + "/distinct", this::distinct);
    routes.get("/api/duplicates", this::list);
    routes.post("/api/papers/<id>/merge", this::mergeJson);
  }

  private Actor curator(Context context) {
    return site.clients()
        .actor(context, site.viewers().require(context, User.Role.CURATOR, Scope.ADMIN));
  }

  private PaperEntry paper(String id) {
    return PaperIds.find(site.papers(), id.strip());
  }

  private static void back(Context context) {
    context.redirect(PAGE, HttpStatus.SEE_OTHER);
  }

  private Map<Long, PaperEntry> entries(Stream<Long> ids) {
    Map<Long, PaperEntry> entries = new HashMap<>();
    site.papers().withIds(ids.distinct().toList()).forEach(entry -> entries.put(entry.id(), entry));
    return entries;
  }

  private void show(Context context) {
    curator(context);
    List<Pair> pairs = duplicates.possible(MOST);
    List<Request> open = site.claimQueue().open(MOST);
    List<Request> verified = site.claimQueue().verified(MOST);
    Map<Long, PaperEntry> entries =
        entries(
            Stream.concat(
                pairs.stream().flatMap(pair -> Stream.of(pair.first(), pair.second())),
                Stream.concat(open.stream(), verified.stream()).map(Request::paperId)));
    CurateView view =
        new CurateView(
            Frames.of(context, site, "Curation"),
            open.stream().map(claim -> row(claim, entries)).toList(),
            verified.stream().map(claim -> row(claim, entries)).toList(),
            pairs.stream()
                .map(
                    pair ->
                        new PairRow(
                            side(entries.get(pair.first())), side(entries.get(pair.second()))))
                .toList(),
            domains.list(MOST).stream()
                .map(
                    it ->
                        new DomainsRow(
                            it.organisationId(),
                            Visible.text(it.organisation()),
                            String.join(" ", it.domains())))
                .toList());
    context.header("Cache-Control", "no-store").html(site.templates().render("curate.jte", view));
  }

  private static ClaimRow row(Request claim, Map<Long, PaperEntry> entries) {
    PaperEntry entry = entries.get(claim.paperId());
    return new ClaimRow(
        entry.publicId(),
        Visible.text(TexText.plain(entry.title())),
        Visible.text(claim.author()),
        claim.userId(),
        claim.userName(),
        claim.domain(),
        claim.at() == null ? null : RunViews.time(claim.at()),
        claim.holder());
  }

  private static SideView side(PaperEntry entry) {
    List<String> authors = entry.shownAuthors();
    return new SideView(
        entry.publicId(),
        Visible.text(TexText.plain(entry.title())),
        EntryViews.date(entry.published()),
        entry.listedDay() == null ? "not listed" : EntryViews.date(entry.listedDay()),
        authors.isEmpty()
            ? entry.authorCount() == null ? "not known" : entry.authorCount() + " authors"
            : Visible.text(String.join(", ", authors)),
        entry.abstractText() == null ? null : TexText.plain(entry.abstractText()),
        entry.votes(),
        entry.comments(),
        entry.catalogueKey());
  }

  private void decide(Context context) {
    Actor actor = curator(context);
    PaperEntry entry = paper(Params.given(context, "paper"));
    long user =
        Params.id(Params.given(context, "user"))
            .orElseThrow(() -> RequestException.bad("there is no such user"));
    boolean verified = Params.yes(context, "verified");
    Params.refusing(
        () -> {
          if (verified) {
            site.claims().verify(actor, entry.id(), user, site.clock().instant());
          } else {
            site.claims().refuse(actor, entry.id(), user, site.clock().instant());
          }
        });
    back(context);
  }

  private void domains(Context context) {
    Actor actor = curator(context);
    List<String> given =
        Arrays.stream(Params.given(context, "domains").split("[\\s,]+"))
            .filter(domain -> !domain.isEmpty())
            .toList();
    Params.refusing(
        () -> domains.set(actor, AccountRoutes.id(context), given, site.clock().instant()));
    back(context);
  }

  /** Two papers beside each other. */
  private void compare(Context context) {
    curator(context);
    PaperEntry from = paper(query(context, "from"));
    PaperEntry into = paper(query(context, "into"));
    if (from.id() == into.id()) {
      throw RequestException.bad("both ids are those of one paper, " + into.publicId());
    }
    MergeView view =
        new MergeView(
            Frames.of(context, site, "Merge two papers"),
            side(from),
            side(into),
            "/curate/merge?from=%s&into=%s".formatted(into.publicId(), from.publicId()));
    context.header("Cache-Control", "no-store").html(site.templates().render("merge.jte", view));
  }

  private static String query(Context context, String name) {
    String value = context.queryParam(name);
    return value == null ? "" : value;
  }

  private String merge(Actor actor, PaperEntry from, PaperEntry into) {
    return Params.refused(() -> merger.merge(actor, from.id(), into.id(), site.clock().instant()));
  }

  private void merge(Context context) {
    Actor actor = curator(context);
    PaperEntry from = paper(Params.given(context, "from"));
    PaperEntry into = paper(Params.given(context, "into"));
    context.redirect("/papers/" + merge(actor, from, into), HttpStatus.SEE_OTHER);
  }

  private void distinct(Context context) {
    Actor actor = curator(context);
    PaperEntry one = paper(Params.given(context, "one"));
    PaperEntry other = paper(Params.given(context, "other"));
    Params.refusing(
        () -> duplicates.distinct(actor, one.id(), other.id(), true, site.clock().instant()));
    back(context);
  }

  private void list(Context context) {
    curator(context);
    List<Pair> pairs = duplicates.possible(MOST);
    Map<Long, PaperEntry> entries =
        entries(pairs.stream().flatMap(pair -> Stream.of(pair.first(), pair.second())));
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Pair pair : pairs) {
      ObjectNode json = array.addObject();
      json.set("first", json(entries.get(pair.first())));
      json.set("second", json(entries.get(pair.second())));
    }
    Replies.json(context, array);
  }

  private static ObjectNode json(PaperEntry entry) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", entry.publicId())
        .put("title", TexText.plain(entry.title()))
        .put("published", entry.published().toString())
        .put("upvotes", entry.votes())
        .put("numComments", entry.comments());
  }

  /** {@code {"into": "ID"}}: the paper of the address becomes part of another one. */
  private void mergeJson(Context context) {
    Actor actor = curator(context);
    PaperEntry from = paper(context.pathParam("id"));
    JsonNode into = Params.json(context).path("into");
    if (!into.isTextual()) {
      throw RequestException.bad("expected a JSON object with the id into");
    }
    String id = merge(actor, from, paper(into.asText()));
    Replies.json(context, JsonNodeFactory.instance.objectNode().put("id", id));
  }
}
