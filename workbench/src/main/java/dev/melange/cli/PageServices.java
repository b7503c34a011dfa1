package dev.melange.cli;

import dev.melange.account.SignIns;
import dev.melange.demo.DemoRunner;
import dev.melange.jobs.Submissions;
import dev.melange.mail.Carrier;
import dev.melange.mail.DigestPlanner;
import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailSite;
import dev.melange.mail.MailTokens;
import dev.melange.mail.MailWorker;
import dev.melange.mail.Outbox;
import dev.melange.mail.SignInMails;
import dev.melange.mail.SmtpCarrier;
import dev.melange.mail.SmtpConfig;
import dev.melange.mail.Subscriptions;
import dev.melange.search.MiniLmEncoder;
import dev.melange.search.PaperSearch;
import dev.melange.store.Database;
import dev.melange.store.User;
import dev.melange.web.Services;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Search, mail and demonstrations of a served page. To be closed. */
final class PageServices implements AutoCloseable {
  private static final Duration DEMO_LIMIT = Duration.ofSeconds(45);

  private final PaperSearch search;
  private final Subscriptions subscriptions;
  private final SignIns signIns; // null where nobody signs in
  private final MailWorker worker;
  private final DemoRunner demos;

  private PageServices(
      PaperSearch search,
      Subscriptions subscriptions,
      SignIns signIns,
      MailWorker worker,
      DemoRunner demos) {
    this.search = search;
    this.subscriptions = subscriptions;
    this.signIns = signIns;
    this.worker = worker;
    this.demos = demos;
  }

  /**
   * Starts them.
   *
   * @param home {@code MELANGE_HOME}
   * @param baseUrl how readers reach the page
   * @param access whether they sign in
   */
  static PageServices start(
      Database database,
      Path home,
      String baseUrl,
      Clock clock,
      Map<String, String> environment,
      AccessOptions access)
      throws IOException {
    User.Role newcomers = access.newcomers();
    Carrier carrier = carrier(home, environment);
    MailTokens tokens = MailTokens.load(home.resolve("page").resolve("mail-secret"));
    MailSite site = MailSite.of(baseUrl);
    PaperSearch search = PaperSearch.open(database, home.resolve("page"), MiniLmEncoder::load);
    Subscriptions subscriptions = new Subscriptions(database, tokens, site, carrier, clock);
    Outbox outbox = new Outbox(database, tokens, site, carrier, clock);
    SignIns signIns =
        access.open()
            ? new SignIns(database, new SignInMails(site, carrier), newcomers, clock)
            : null;
    return new PageServices(
        search,
        subscriptions,
        signIns,
        MailWorker.start(new DigestPlanner(database, clock), outbox),
        new DemoRunner(DemoRunner.folder(home), DEMO_LIMIT));
  }

  /** The SMTP server in {@code MELANGE_SMTP}, else a folder. */
  static Carrier carrier(Path home, Map<String, String> environment) {
    Optional<SmtpConfig> smtp = SmtpConfig.of(environment);
    return smtp.isPresent()
        ? new SmtpCarrier(smtp.get())
        : new FolderCarrier(home.resolve("page").resolve("outbox"));
  }

  /**
   * What the page offers.
   *
   * @param submissions brings in papers that users name
   */
  Services services(Submissions submissions) {
    return new Services(search, subscriptions, signIns, demos, submissions);
  }

  @Override
  public void close() throws IOException {
    demos.close();
    worker.close();
    if (signIns != null) {
      signIns.close();
    }
    subscriptions.close();
    search.close();
  }
}
