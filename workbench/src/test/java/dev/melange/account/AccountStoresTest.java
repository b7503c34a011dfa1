package dev.melange.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.account.SignIns.Consumed;
import dev.melange.account.SignIns.Outcome;
import dev.melange.mail.FolderCarrier;
import dev.melange.mail.MailAddress;
import dev.melange.mail.MailSite;
import dev.melange.mail.SignInMails;
import dev.melange.store.Actor;
import dev.melange.store.AuditLog;
import dev.melange.store.Database;
import dev.melange.store.TestDatabases;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What accounts keep, on each database. */
class AccountStoresTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final MailAddress MAE = MailAddress.parse("Mae@example.org");

  @TempDir private Path folder;

  private Database database;
  private Accounts accounts;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    accounts = new Accounts(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SignIns signIns() {
    return new SignIns(
        database,
        new SignInMails(MailSite.of("https://papers.example.org"), new FolderCarrier(folder)),
        User.Role.MEMBER,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** The tokens of all mails. */
  private List<String> tokens() throws IOException {
    List<String> tokens = new ArrayList<>();
    try (Stream<Path> mails = Files.walk(folder).filter(Files::isRegularFile)) {
      for (Path mail : mails.toList()) {
        // Quoted-printable: lines end with = where they go on, and = itself is =3D.
        String text =
            Files.readString(mail, StandardCharsets.UTF_8)
                .replaceAll("=\\r?\\n", "")
                .replace("=3D", "=");
        Matcher link = Pattern.compile("/sign-in/link\\?t=([A-Za-z0-9_-]{43})").matcher(text);
        assertThat(link.find()).isTrue();
        tokens.add(link.group(1));
      }
    }
    return tokens;
  }

  /** One account and one login, however many click at once. */
  @Test
  void signsInOnceHoweverOftenALinkIsClickedAtOnce() throws Exception {
    try (SignIns signIns = signIns()) {
      signIns.ask(MAE, "browser");
    }
    String token = tokens().get(0);
    try (SignIns signIns = signIns()) {
      List<Callable<Outcome>> clicks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        clicks.add(() -> signIns.consume(token, "browser", false, "a browser").outcome());
      }
      ExecutorService threads = Executors.newFixedThreadPool(clicks.size());
      List<Outcome> outcomes = new ArrayList<>();
      try {
        for (Future<Outcome> click : threads.invokeAll(clicks)) {
          outcomes.add(click.get());
        }
      } finally {
        threads.shutdownNow();
      }
      assertThat(outcomes).containsOnlyOnce(Outcome.DONE);
      assertThat(outcomes).filteredOn(Outcome.REFUSED::equals).hasSize(7);
    }
    assertThat(accounts.list("mae@", 10, 0)).hasSize(1);
    long user = accounts.list("mae@", 10, 0).get(0).user().id();
    assertThat(new Logins(database).of(user, NOW)).hasSize(1);
  }

  /** What one link did, another one sent before must not do again. */
  @Test
  void usesUpAllLinksOfAnAddressTogether() throws Exception {
    try (SignIns signIns = signIns()) {
      signIns.ask(MAE, "browser");
      signIns.ask(MAE, "browser");
    }
    List<String> tokens = tokens();
    assertThat(tokens).hasSize(2);
    try (SignIns signIns = signIns()) {
      Consumed first = signIns.consume(tokens.get(0), "browser", false, null);
      assertThat(first.outcome()).isEqualTo(Outcome.DONE);
      assertThat(signIns.consume(tokens.get(1), "browser", false, null).outcome())
          .isEqualTo(Outcome.REFUSED);
      Logins logins = new Logins(database);
      assertThat(logins.find(first.secret(), NOW)).isPresent();
      assertThat(logins.find(first.secret(), NOW.plus(Logins.KEPT))).isEmpty();
      assertThat(logins.find(first.secret() + "x", NOW)).isEmpty();
    }
  }

  @Test
  void keepsRolesOfBeforeAndKnowsReaders() {
    User owner = new UserStore(database).owner();
    assertThat(owner.role()).isEqualTo(User.Role.OWNER);
    assertThat(accounts.hasOwner()).isFalse();
    accounts.ownerIs(MailAddress.parse("Ada@example.org"), NOW);
    assertThat(accounts.hasOwner()).isTrue();
    accounts.ownerIs(MailAddress.parse("ada@EXAMPLE.org"), NOW);
    User reader = accounts.invite(Actor.PROGRAM, MAE, User.Role.READER, NOW);
    assertThat(new UserStore(database).find(reader.id()).orElseThrow().role())
        .isEqualTo(User.Role.READER);
    assertThatThrownBy(() -> accounts.role(Actor.PROGRAM, owner.id(), User.Role.MEMBER, NOW))
        .hasMessage("owner is the only owner; make somebody else owner first");
    accounts.role(Actor.PROGRAM, reader.id(), User.Role.OWNER, NOW);
    accounts.role(Actor.PROGRAM, owner.id(), User.Role.MEMBER, NOW);
    assertThatThrownBy(() -> accounts.ban(Actor.PROGRAM, reader.id(), true, NOW))
        .hasMessageContaining("is the only owner");
    assertThat(new AuditLog(database).newest(Long.MAX_VALUE, 10))
        .extracting(AuditLog.Row::action)
        .containsExactly("role", "role", "invite", "owner");
  }

  @Test
  void findsAccountsByPartsOfNamesWithoutPatterns() {
    accounts.invite(Actor.PROGRAM, MailAddress.parse("a_b@example.org"), User.Role.MEMBER, NOW);
    accounts.invite(Actor.PROGRAM, MailAddress.parse("axb@example.org"), User.Role.MEMBER, NOW);
    assertThat(accounts.list("A_B@", 10, 0)).hasSize(1);
    assertThat(accounts.list("%", 10, 0)).isEmpty();
    assertThat(accounts.list("!", 10, 0)).isEmpty();
    assertThat(accounts.list("", 10, 0)).as("the owner too").hasSize(3);
    assertThat(accounts.list("", 2, 2)).hasSize(1);
  }

  @Test
  void notesTheDayATokenWasUsed() {
    User mae = accounts.invite(Actor.PROGRAM, MAE, User.Role.MEMBER, NOW);
    Actor actor = new Actor(mae.id(), null);
    ApiTokens tokens = new ApiTokens(database);
    EnumSet<Scope> scopes = EnumSet.of(Scope.VOTE, Scope.READ);
    String token = tokens.create(actor, " script ", scopes, Duration.ofDays(2), NOW);
    assertThat(tokens.of(mae.id(), NOW).get(0).usedOn()).isNull();
    assertThat(tokens.find(token, NOW).orElseThrow().scopes()).isEqualTo(scopes);
    assertThat(tokens.of(mae.id(), NOW).get(0).usedOn()).isEqualTo(LocalDate.of(2026, 3, 1));
    assertThat(tokens.of(mae.id(), NOW).get(0).name()).isEqualTo("script");
    assertThat(tokens.find(token, NOW.plus(Duration.ofDays(2)))).isEmpty();
    accounts.ban(Actor.PROGRAM, mae.id(), true, NOW);
    assertThat(tokens.find(token, NOW)).isEmpty();
  }

  @Test
  void neverChangesTheAudit() {
    accounts.ownerIs(MAE, NOW);
    for (String change : List.of("update audit set action = 'x'", "delete from audit")) {
      assertThatThrownBy(() -> database.change(db -> db.execute(change)))
          .hasStackTraceContaining("the audit is append-only");
    }
    assertThat(new AuditLog(database).newest(Long.MAX_VALUE, 10)).hasSize(1);
  }
}
