package dev.melange.web;

import dev.melange.TestFolders;
import dev.melange.account.Accounts;
import dev.melange.account.SignIns;
import dev.melange.feed.Fetched;
import dev.melange.feed.PaperRecord;
import dev.melange.jobs.JobQueue;
import dev.melange.jobs.JobSettings;
import dev.melange.jobs.Submissions;
import dev.melange.mail.Carrier;
import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailAddress;
import dev.melange.mail.MailSite;
import dev.melange.mail.MailTokens;
import dev.melange.mail.SignInMails;
import dev.melange.mail.Subscriptions;
import dev.melange.papers.Cards;
import dev.melange.search.PaperSearch;
import dev.melange.store.CatalogueLinks;
import dev.melange.store.Database;
import dev.melange.store.Importer;
import dev.melange.store.PaperStore;
import dev.melange.store.TestDatabases;
import dev.melange.store.TestPapers;
import dev.melange.store.User;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page for others on a free port, with the 41 cards, a mailbox, and browsers. */
final class PublicSite implements AutoCloseable {
  static final String OWNER = "ada@example.org";

  /** High enough that only tests of limits meet them. */
  static final Limits GENEROUS = new Limits(1_000_000, 1_000_000, 1_000_000, 1_000_000);

  private static final Pattern FIELD = Pattern.compile("name=\"_csrf\" value=\"([0-9a-f]{64})\"");

  private final AtomicReference<Instant> time =
      new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
  private final AtomicReference<Submissions.Source> arxiv =
      new AtomicReference<>(PublicSite::nothing);
  private final BlockingQueue<String> mails = new LinkedBlockingQueue<>();
  private final Database database;
  private final JobQueue queue;
  private final PaperSearch search;
  private final SignIns signIns;
  private final Subscriptions subscriptions;
  private final PageServer server;
  private final Path folder;

  PublicSite() throws IOException {
    this(new Access(true, List.of(), null, GENEROUS), User.Role.MEMBER, null);
  }

  /**
   * Starts it.
   *
   * @param access who may do what
   * @param newcomers what they become, or null
   * @param baseUrl for its name, or null
   */
  PublicSite(Access access, User.Role newcomers, URI baseUrl) throws IOException {
    this(TestDatabases.open(), access, newcomers, baseUrl);
  }

  /** On the database of a test. */
  PublicSite(Object test) throws IOException {
    this(
        TestDatabases.open(test),
        new Access(true, List.of(), null, GENEROUS),
        User.Role.MEMBER,
        null);
  }

  private PublicSite(Database database, Access access, User.Role newcomers, URI baseUrl)
      throws IOException {
    Clock clock = clock();
    this.database = database;
    Importer importer =
        new Importer(database, new CatalogueLinks(Cards.all()), clock, ZoneOffset.UTC);
    importer.importCards(Cards.all());
    new Accounts(database).ownerIs(MailAddress.parse(OWNER), now());
    folder = Files.createTempDirectory("melange-public");
    queue =
        new JobQueue(
            database,
            new JobSettings(
                folder.resolve("jobs"), List.of("none-such"), 10, 2, Duration.ofMinutes(1)),
            clock);
    search = PaperSearch.open(database, null, () -> null);
    MailSite site = MailSite.of("https://papers.example.org");
    signIns = new SignIns(database, new SignInMails(site, mailbox()), newcomers, clock);
    subscriptions =
        new Subscriptions(
            database,
            MailTokens.load(folder.resolve("secret")),
            site,
            new FolderCarrier(folder.resolve("outbox")),
            clock);
    server =
        PageServer.start(
            new SiteConfig("127.0.0.1", 0, baseUrl, "somebody", ZoneOffset.UTC, access),
            database,
            clock,
            queue,
            new Services(
                search,
                subscriptions,
                signIns,
                null,
                new Submissions(
                    url -> arxiv.get().get(url),
                    importer,
                    new PaperStore(database),
                    clock,
                    ZoneOffset.UTC)));
  }

  /** What arXiv answers from here on. */
  void arxiv(Submissions.Source answers) {
    arxiv.set(answers);
  }

  private static Fetched nothing(String url) {
    byte[] feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>".getBytes(StandardCharsets.UTF_8);
    return new Fetched(200, feed, "application/atom+xml", null, null, null);
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now();
      }
    };
  }

  private Carrier mailbox() {
    return new Carrier() {
      @Override
      public Connection connect() {
        return new Connection() {
          @Override
          public void send(MimeMessage message, String from, String to, String name)
              throws IOException {
            try {
              MimeMultipart both = (MimeMultipart) message.getContent();
              mails.add(to + "\n" + both.getBodyPart(0).getContent());
            } catch (MessagingException e) {
              throw new IOException(e);
            }
          }

          @Override
          public void close() {}
        };
      }

      @Override
      public String describe() {
        return "a mailbox for tests";
      }
    };
  }

  Instant now() {
    return time.get();
  }

  void advance(Duration step) {
    time.updateAndGet(now -> now.plus(step));
  }

  Database database() {
    return database;
  }

  JobQueue queue() {
    return queue;
  }

  PaperSearch search() {
    return search;
  }

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  long add(PaperRecord record) {
    return TestPapers.add(database, record);
  }

  /** The next mail: its recipient, and below it its text. */
  String mail() throws InterruptedException {
    String mail = mails.poll(20, TimeUnit.SECONDS);
    if (mail == null) {
      throw new IllegalStateException("no mail came");
    }
    return mail;
  }

  /** How many mails lie there, once all that were asked for before are done. */
  int mailsAfter(String address) throws Exception {
    new Browser().ask(address);
    int before = 0;
    while (!mail().startsWith(address)) {
      before++;
    }
    return before;
  }

  /** The token of a mail. */
  static String token(String mail) {
    Matcher link = Pattern.compile("/sign-in/link\\?t=([A-Za-z0-9_-]{43})").matcher(mail);
    if (!link.find()) {
      throw new IllegalStateException("no link in: " + mail);
    }
    return link.group(1);
  }

  /** A browser that keeps cookies. */
  final class Browser {
    private final HttpClient client =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final Map<String, String> cookies = new TreeMap<>();

    /** Its cookies, to be looked at and changed. */
    Map<String, String> cookies() {
      return cookies;
    }

    HttpRequest.Builder request(String path) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
      if (!cookies.isEmpty()) {
        StringBuilder header = new StringBuilder();
        cookies.forEach(
            (name, value) ->
                header.append(header.isEmpty() ? "" : "; ").append(name + "=" + value));
        request.header("Cookie", header.toString());
      }
      return request;
    }

    HttpResponse<String> send(HttpRequest.Builder request)
        throws IOException, InterruptedException {
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
      for (String set : answer.headers().allValues("Set-Cookie")) {
        String pair = set.replaceFirst(";.*", "");
        String name = pair.substring(0, pair.indexOf('='));
        if (set.contains("Max-Age=0")) {
          cookies.remove(name);
        } else {
          cookies.put(name, pair.substring(pair.indexOf('=') + 1));
        }
      }
      return answer;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
      return send(request(path));
    }

    /** POST of a form as a page has it, the token included where there is one. */
    HttpResponse<String> post(String path, String form) throws IOException, InterruptedException {
      Matcher field = FIELD.matcher(get("/papers/new").body());
      return bare(path, field.find() ? "_csrf=" + field.group(1) + "&" + form : form);
    }

    /** POST of exactly this form. */
    HttpResponse<String> bare(String path, String form) throws IOException, InterruptedException {
      return send(
          request(path)
              .header("Content-Type", "application/x-www-form-urlencoded")
              .header("Origin", url())
              .POST(BodyPublishers.ofString(form)));
    }

    HttpResponse<String> ask(String address) throws IOException, InterruptedException {
      return post("/sign-in", "email=" + address.replace("@", "%40"));
    }

    /** Asks for a link, and follows it. */
    Browser signIn(String address) throws IOException, InterruptedException {
      ask(address);
      HttpResponse<String> answer = post("/sign-in/link", "t=" + token(mail()));
      if (answer.statusCode() != 303) {
        throw new IllegalStateException("signing in answered " + answer.statusCode());
      }
      return this;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    signIns.close();
    subscriptions.close();
    search.close();
    queue.close();
    database.close();
    TestFolders.delete(folder);
  }
}
