package dev.melange.cli;

import dev.melange.jobs.DailyImport;
import dev.melange.jobs.ImportLoop;
import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobSettings;
import dev.melange.jobs.PoliteSource;
import dev.melange.jobs.Submissions;
import dev.melange.papers.Cards;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.DatabaseConfig;
import dev.melange.store.FetchStore;
import dev.melange.store.Importer;
import dev.melange.store.PaperStore;
import dev.melange.store.Settings;
import dev.melange.web.PageServer;
import dev.melange.web.SiteConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves the Daily Papers page. */
@Command(
    name = "serve",
    description = {
      "Serve the Daily Papers page: read, vote, discuss, search, import, run.",
      "It listens on this machine only, for its owner, until it is interrupted; with --public it is",
      "for others, who sign in by mail (SECURITY.md tells how to run that)."
    },
    footer = {
      "  melange serve                  http://127.0.0.1:7878",
      "  melange serve --port 0         on any free port",
      "  melange serve --public --base-url https://papers.example.org --proxy 127.0.0.1",
      "                                 for others, behind a TLS proxy on this machine;"
          + " --owner ADDRESS",
      "  MELANGE_SMTP=smtps://user:password@mail.example.org melange serve   sends digests",
      "  MELANGE_DB=jdbc:postgresql://localhost/melange melange serve"
    })
final class ServeCommand extends Subcommand {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7878",
      description = "The port; 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--base-url",
      paramLabel = "URL",
      description = "How readers reach the page, if not by its address and port.")
  private URI baseUrl;

  @Option(
      names = "--curator",
      paramLabel = "NAME",
      defaultValue = "its curators",
      description = "Whose name stands under the title (default: ${DEFAULT-VALUE}).")
  private String curator;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description =
          "The time zone of the page's days, such as Europe/Berlin (default: ${DEFAULT-VALUE}).")
  private ZoneId zone;

  @Option(
      names = "--import",
      paramLabel = "URL",
      description = "Import this address of a source of papers every day; repeatable.")
  private List<String> imports = new ArrayList<>();

  @Option(
      names = "--allow-host",
      paramLabel = "HOST",
      description = "Also fetch from HOST, beside arXiv and huggingface.co; repeatable.")
  private Set<String> hosts = new TreeSet<>();

  @Option(
      names = "--run-memory",
      paramLabel = "MB",
      defaultValue = "2048",
      description = "Heap of a run's process, in MB (default: ${DEFAULT-VALUE}).")
  private int runMemory;

  @Mixin private AccessOptions access;

  @Override
  protected int run(Console console, Cancellation cancellation)
      throws IOException, InterruptedException {
    // Links in mails carry the port, so it is found before anything starts.
    int listening = port == 0 ? freePort() : port;
    SiteConfig config =
        new SiteConfig(host, listening, baseUrl, curator, zone, access.access(host, port, baseUrl));
    Path home = Folders.home(System.getenv());
    DatabaseConfig where = DatabaseConfig.of(home, System.getenv());
    Clock clock = Clock.systemUTC();
    try (Cancellation.Section section = cancellation.section();
        Database database = Database.open(where)) {
      access.requireOwner(database, clock);
      Importer importer = new Importer(database, new CatalogueLinks(Cards.all()), clock, zone);
      importer.importCards(Cards.all());
      PoliteSource source = Sources.polite(database, hosts);
      DailyImport daily = new DailyImport(new FetchStore(database), source, importer, clock);
      Submissions submissions =
          new Submissions(
              url -> source.get(url, null, null), importer, new PaperStore(database), clock, zone);
      JobSettings jobs =
          JobSettings.children(home.resolve("jobs"), ChildMain.class.getName(), runMemory);
      String reached = baseUrl == null ? address(host, listening) : baseUrl.toString();
      new Settings(database).put(MailStore.BASE_URL, reached);
      try (JobQueue queue = new JobQueue(database, jobs, clock);
          ImportLoop loop = new ImportLoop(daily, imports, clock);
          PageServices services =
              PageServices.start(database, home, reached, clock, System.getenv(), access);
          PageServer server =
              PageServer.start(config, database, clock, queue, services.services(submissions))) {
        console.result(
            () -> Json.object().put("url", server.url()),
            () -> console.line("Daily Papers at " + server.url() + " (Ctrl-C ends it)"));
        console.flush();
        cancellation.await();
      }
    }
    return ExitCode.OK;
  }

  private int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    }
  }

  private static String address(String host, int port) {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
