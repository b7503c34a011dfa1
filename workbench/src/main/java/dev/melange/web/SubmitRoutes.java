package dev.melange.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.melange.account.Scope;
import dev.melange.feed.ArxivId;
import dev.melange.jobs.Submissions;
import dev.melange.jobs.Submissions.SubmissionException;
import dev.melange.store.Actor;
import dev.melange.store.User;
import dev.melange.web.PersonalViews.SubmitView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Optional;
import java.util.regex.Pattern;

/** Submitting papers by their arXiv ids: by a form, or by the API, which only indexes them. */
final class SubmitRoutes implements Routes {
  private static final String PAGE = "/papers/submit";
  private static final Pattern API_ID = Pattern.compile("\\d{4}\\.\\d{4,5}");

  /** How long to wait when too many papers are being fetched, in seconds. */
  private static final String PAUSE = "60";

  private final Site site;
  private final Submissions submissions;

  SubmitRoutes(Site site, Submissions submissions) {
    this.site = site;
    this.submissions = submissions;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get(PAGE, this::form);
    routes.post(PAGE, this::submit);
    routes.post("/api/papers/index", this::index);
  }

  private User user(Context context) {
    return site.viewers().require(context, User.Role.MEMBER, Scope.SUBMIT);
  }

  private void form(Context context) {
    user(context);
    show(context, "", null, null);
  }

  private void show(Context context, String value, String problem, String known) {
    SubmitView view =
        new SubmitView(
            Frames.of(context, site, "Submit a paper"),
            value,
            problem,
            known,
            Submissions.WINDOW_DAYS);
    context.header("Cache-Control", "no-store").html(site.templates().render("submit.jte", view));
  }

  private void submit(Context context) {
    User user = user(context);
    String value = Params.given(context, "paper");
    Optional<ArxivId> id = ArxivId.parse(value);
    if (id.isEmpty()) {
      context.status(HttpStatus.BAD_REQUEST);
      show(
          context,
          Params.shortened(value),
          "'%s' is no arXiv id and no address of one; expected the form 2311.07575"
              .formatted(Params.shortened(value)),
          null);
      return;
    }
    Actor actor = site.clients().actor(context, user);
    try {
      String paper = submissions.submit(id.get(), user, actor);
      context.redirect("/papers/" + paper, HttpStatus.SEE_OTHER);
    } catch (SubmissionException e) {
      answer(context, e);
      boolean known = e.reason() == Submissions.Reason.KNOWN;
      show(context, value.strip(), e.getMessage(), known ? "/papers/" + id.get().id() : null);
    }
  }

  private void index(Context context) {
    User user = user(context);
    JsonNode text = Params.json(context).path("arxivId");
    ArxivId id =
        Optional.of(text)
            .filter(JsonNode::isTextual)
            .map(JsonNode::asText)
            .filter(given -> API_ID.matcher(given).matches())
            .flatMap(ArxivId::parse)
            .orElseThrow(
                () ->
                    RequestException.bad(
                        "expected a JSON object with an arxivId such as \"2311.07575\""));
    try {
      submissions.index(id, user, site.clients().actor(context, user));
      Replies.json(context, JsonNodeFactory.instance.objectNode());
    } catch (SubmissionException e) {
      throw RequestException.of(answer(context, e), e.getMessage());
    }
  }

  /** Sets the status of the answer, and returns it. */
  private static int answer(Context context, SubmissionException e) {
    int status =
        switch (e.reason()) {
          case KNOWN -> context.path().equals(PAGE) ? 409 : 403;
          case CONFLICT -> 409;
          case UNKNOWN -> 404;
          case BUSY -> 429;
          case UNREACHABLE -> 502;
        };
    if (status == 429) {
      context.header("Retry-After", PAUSE);
    }
    context.status(status);
    return status;
  }
}
