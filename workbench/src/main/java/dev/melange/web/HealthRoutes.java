package dev.melange.web;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.jobs.JobQueue;
import dev.melange.search.PaperSearch;
import dev.melange.store.Health;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the page's parts work, for whoever watches over it: 200 if all do, 503 if one does not.
 */
final class HealthRoutes implements Routes {
  private static final Logger LOG = LoggerFactory.getLogger(HealthRoutes.class);
  private static final String STATUS = "status";

  private final Site site;
  private final JobQueue queue;
  private final PaperSearch search;

  /**
   * Routes.
   *
   * @param queue of runs
   * @param search null where there is none
   */
  HealthRoutes(Site site, JobQueue queue, PaperSearch search) {
    this.site = site;
    this.queue = queue;
    this.search = search;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/healthz", this::health);
  }

  private void health(Context context) {
    Instant now = site.clock().instant();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put(STATUS, "");
    boolean well = store(json, now);
    well &= index(json);
    boolean working = queue.working();
    json.withObject("/jobs").put(STATUS, working ? "ok" : "stopped");
    well &= working;
    json.put(STATUS, well ? "ok" : "failing");
    context.status(well ? 200 : 503).header("Cache-Control", "no-store");
    Replies.json(context, json);
  }

  private boolean store(ObjectNode json, Instant now) {
    ObjectNode database = json.putObject("database");
    try {
      Health.State state = new Health(site.database()).look(now);
      database.put(STATUS, "ok").put("papers", state.papers());
      json.putObject("jobs").put("waiting", state.waitingRuns());
      json.putObject("mail")
          .put(
              "overdueSeconds",
              state.mailDue() == null ? 0 : Duration.between(state.mailDue(), now).toSeconds());
      return true;
    } catch (RuntimeException e) {
      LOG.error("the database does not answer", e);
      database.put(STATUS, "failing");
      return false;
    }
  }

  private boolean index(ObjectNode json) {
    if (search == null) {
      return true;
    }
    ObjectNode index = json.putObject("index");
    try {
      index.put(STATUS, "ok").put("papers", search.size());
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.error("the index cannot be read", e);
      index.put(STATUS, "failing");
      return false;
    }
  }
}
