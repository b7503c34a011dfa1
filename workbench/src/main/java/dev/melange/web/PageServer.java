package dev.melange.web;

import dev.melange.demo.DemoInput;
import dev.melange.jobs.JobQueue;
import dev.melange.store.Database;
import dev.melange.store.Settings;
import dev.melange.store.UserStore;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The page's HTTP server. To be closed. */
public final class PageServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
  private static final int MAX_THREADS = 64;

  /** The largest body of a request without files, in bytes. */
  static final long MAX_REQUEST = 1 << 20;

  private static final long MAX_UPLOAD = DemoInput.MAX_FILE;

  private final Javalin javalin;
  private final SiteConfig config;
  private final RunEvents events;

  private PageServer(Javalin javalin, SiteConfig config, RunEvents events) {
    this.javalin = javalin;
    this.config = config;
    this.events = events;
  }

  /**
   * Starts the server.
   *
   * @param config where to listen, and the page's settings
   * @param database its store, which stays the caller's
   * @param clock tells the time
   * @param queue runs the studies that are asked for; stays the caller's
   * @throws IOException if the address cannot be used
   */
  public static PageServer start(SiteConfig config, Database database, Clock clock, JobQueue queue)
      throws IOException {
    return start(config, database, clock, queue, Services.none());
  }

  /**
   * Starts the server with more services.
   *
   * @param config where to listen, and the page's settings
   * @param database its store, which stays the caller's
   * @param clock tells the time
   * @param queue runs the studies that are asked for; stays the caller's
   * @param services which stay the caller's
   * @throws IOException if the address cannot be used
   */
  public static PageServer start(
      SiteConfig config, Database database, Clock clock, JobQueue queue, Services services)
      throws IOException {
    Clients clients =
        new Clients(config.access().proxies(), new Settings(database).secret("clients"));
    Viewers viewers = new SiteViewers(config, database, clock);
    Visits visits = new Visits(new UserStore(database), clock);
    Site site = new Site(config, database, clock, new Templates(), viewers, clients, visits);
    RunEvents events = new RunEvents(queue);
    RunRoutes runs = new RunRoutes(site, queue, events);
    Javalin javalin = Javalin.create(settings -> configure(settings, site, queue, runs, services));
    try {
      javalin.start(config.host(), config.port());
    } catch (RuntimeException e) {
      javalin.stop();
      events.close();
      throw new IOException(
          "cannot listen on %s port %d (%s); choose another with --port"
              .formatted(config.host(), config.port(), rootMessage(e)),
          e);
    }
    return new PageServer(javalin, config, events);
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }

  private static void configure(
      JavalinConfig settings, Site site, JobQueue queue, RunRoutes runs, Services services) {
    settings.startup.showJavalinBanner = false;
    settings.startup.showOldJavalinVersionWarning = false;
    settings.http.maxRequestSize = MAX_REQUEST;
    settings.http.defaultContentType = "text/plain; charset=utf-8";
    settings.jetty.multipartConfig.maxFileSize(MAX_UPLOAD, SizeUnit.BYTES);
    settings.jetty.multipartConfig.maxTotalRequestSize(
        2L * MAX_UPLOAD + MAX_REQUEST, SizeUnit.BYTES);
    settings.jetty.threadPool = new QueuedThreadPool(MAX_THREADS, 8);
    settings.jetty.modifyServer(server -> server.setErrorHandler(new PlainErrors()));
    settings.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    settings.router.handlerWrapper(new Turns(Runtime.getRuntime().availableProcessors()));
    new SecurityHeaders(site).register(settings.routes);
    settings.routes.exception(
        RequestException.class, (e, context) -> fail(site, context, e.status(), e.getMessage()));
    settings.routes.exception(
        HttpResponseException.class,
        (e, context) ->
            fail(
                site,
                context,
                e.getStatus(),
                e.getStatus() == 404 ? "there is no page " + context.path() : e.getMessage()));
    settings.routes.exception(
        ServletException.class,
        (e, context) -> {
          if (e.getCause() instanceof HttpException) {
            boolean large = rootMessage(e).contains("exceeded");
            context.header("Connection", "close"); // nobody reads the rest of it
            fail(
                site,
                context,
                large ? 413 : 400,
                large
                    ? "a file is larger than the %,d bytes that are taken".formatted(MAX_UPLOAD)
                    : "the form cannot be read; it was cut off, perhaps");
          } else {
            broken(site, context, e);
          }
        });
    settings.routes.exception(Exception.class, (e, context) -> broken(site, context, e));
    // Before the papers' own routes, whose ids match nearly every address.
    List<Routes> extra = services.routes(site);
    RateLimits rates = new RateLimits(site.config().access().limits(), site.clock());
    Csrf csrf = new Csrf(site.viewers());
    new RequestGuard(site, rates, csrf).register(settings.routes);
    csrf.register(settings.routes);
    new AccountRoutes(site).register(settings.routes);
    new AdminRoutes(site).register(settings.routes);
    if (services.signIns() != null) {
      new SignInRoutes(site, services.signIns(), rates).register(settings.routes);
    }
    extra.forEach(routes -> routes.register(settings.routes));
    for (Routes routes :
        List.of(
            new AssetRoutes(),
            new HealthRoutes(site, queue, services.search()),
            new ListRoutes(site),
            new TopicRoutes(site),
            new PictureRoutes(site),
            new PersonalRoutes(site),
            new CollectionRoutes(site),
            new PickRoutes(site),
            new SettingsRoutes(site, services),
            new FeedRoutes(site, services.search()),
            new VoteRoutes(site),
            new CommentRoutes(site),
            new ClaimRoutes(site),
            new CurateRoutes(site),
            new EditRoutes(site),
            runs,
            new ApiRoutes(site),
            new PaperRoutes(site, services.search(), services.demos() != null))) {
      routes.register(settings.routes);
    }
  }

  private static void broken(Site site, Context context, Exception e) {
    LOG.error("{} {} failed", context.method(), context.path(), e);
    fail(site, context, 500, "something went wrong here; the log tells what");
  }

  private static void fail(Site site, Context context, int status, String message) {
    context.status(status);
    if (context.path().startsWith("/api/")) {
      Replies.json(context, JsonShapes.error(message));
    } else {
      Views.Frame frame = Frames.of(context, site, "Error " + status);
      context.html(
          site.templates().render("error.jte", new Views.ErrorView(frame, status, message)));
    }
  }

  /** The port it listens on. */
  public int port() {
    return javalin.port();
  }

  /** Its address for a browser. */
  public String url() {
    if (config.baseUrl() != null) {
      return config.baseUrl().toString();
    }
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return "http://" + host + ":" + port();
  }

  /** Stops it; requests that are being answered are finished. */
  @Override
  public void close() {
    events.close();
    javalin.stop();
  }
}
