package dev.melange.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.melange.feed.OrganisationName;
import dev.melange.feed.PaperLink;
import dev.melange.feed.PaperRecord;
import dev.melange.store.ClaimQueue.Request;
import dev.melange.store.ClaimStore.Claim;
import dev.melange.store.LinkEdits.Links;
import dev.melange.store.PaperEntry.Author;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimStoreTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String MAE = "Mae Author";
  private static final String TWO = "Second Author";

  private Database database;
  private ClaimStore claims;
  private ClaimQueue queue;
  private long paper;
  private long mae;
  private long bob;
  private Actor curator;

  @BeforeEach
  void open() throws IOException {
    database = TestDatabases.open(this);
    claims = new ClaimStore(database);
    queue = new ClaimQueue(database);
    mae = TestPapers.user(database, "mae");
    bob = TestPapers.user(database, "bob");
    long id = new UserStore(database).add("cur", "cur", User.Role.CURATOR, NOW).id();
    curator = new Actor(id, null);
    paper =
        TestPapers.add(
            database,
            PaperRecord.of(1, 1, "A paper", LocalDate.parse("2026-02-28"))
                .authors(List.of(MAE, TWO))
                .organisation(new OrganisationName("some-lab", "Some Lab"))
                .build("raw"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void claim(long user, String author, Instant at) {
    claims.claim(new Actor(user, null), paper, author, user, at);
  }

  private List<Author> authors() {
    return new PaperStore(database).withIds(List.of(paper)).get(0).authors();
  }

  private User.Role role(long user) {
    return new UserStore(database).find(user).orElseThrow().role();
  }

  private void email(long user, String address) {
    database.change(
        db ->
            db.createUpdate("update app_user set email = :email where id = :id")
                .bind("email", address)
                .bind("id", user)
                .execute());
  }

  @Test
  void waitsForACurator() {
    claim(mae, MAE, NOW);
    claim(mae, MAE, NOW.plusSeconds(1));
    assertThat(claims.of(paper, mae)).contains(new Claim(MAE, false, false));
    assertThat(authors()).contains(new Author(MAE, "mae", "claimed", false));
    assertThat(queue.open(10))
        .containsExactly(new Request(paper, MAE, mae, "mae", null, NOW, null));
    assertThat(role(mae)).isEqualTo(User.Role.MEMBER);
    claims.verify(curator, paper, mae, NOW);
    claims.verify(curator, paper, mae, NOW);
    assertThat(claims.of(paper, mae)).contains(new Claim(MAE, true, false));
    assertThat(authors()).contains(new Author(MAE, "mae", "claimed_verified", false));
    assertThat(queue.open(10)).isEmpty();
    assertThat(queue.verified(10)).extracting(Request::userName).containsExactly("mae");
    assertThat(role(mae)).isEqualTo(User.Role.AUTHOR);
    assertThat(new AuditLog(database).newest(Long.MAX_VALUE, 3))
        .extracting(AuditLog.Row::action, AuditLog.Row::user, AuditLog.Row::detail)
        .containsExactly(
            tuple("claim-verify", "cur", "mae as " + MAE),
            tuple("role", null, "member -> author"),
            tuple("claim", "mae", "mae as " + MAE));
  }

  @Test
  void showsTheNextOneWhenTheFirstIsRefused() {
    claim(mae, MAE, NOW);
    claim(bob, MAE, NOW.plusSeconds(1));
    assertThat(authors()).contains(new Author(MAE, "mae", "claimed", false));
    claims.refuse(curator, paper, mae, NOW);
    claims.refuse(curator, paper, mae, NOW);
    assertThat(authors()).contains(new Author(MAE, "bob", "claimed", false));
    claims.withdraw(new Actor(bob, null), paper, bob, NOW);
    assertThat(authors()).contains(new Author(MAE, null, null, false));
    assertThat(queue.open(10)).isEmpty();
  }

  @Test
  void verifiesOneOfSeveralWhoSayTheSame() {
    claim(mae, MAE, NOW);
    claim(bob, MAE, NOW.plusSeconds(1));
    claims.verify(curator, paper, bob, NOW);
    assertThat(authors()).contains(new Author(MAE, "bob", "claimed_verified", false));
    assertThat(queue.open(10))
        .extracting(Request::userName, Request::holder)
        .containsExactly(tuple("mae", "bob"));
    assertThatThrownBy(() -> claims.verify(curator, paper, mae, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("somebody else is verified as Mae Author; take that back first");
    claims.refuse(curator, paper, bob, NOW);
    assertThat(role(bob)).isEqualTo(User.Role.MEMBER);
    claims.verify(curator, paper, mae, NOW);
    assertThat(authors()).contains(new Author(MAE, "mae", "claimed_verified", false));
  }

  @Test
  void refusesClaimsOfNobodyAndOfASecondAuthor() {
    assertThatThrownBy(() -> claim(mae, "Nobody", NOW)).hasMessage("the paper has no such author");
    claim(mae, MAE, NOW);
    assertThatThrownBy(() -> claim(mae, TWO, NOW))
        .hasMessage("you say already that you are Mae Author; take that back first");
    assertThatThrownBy(() -> claims.verify(curator, paper, bob, NOW))
        .hasMessage("there is no such claim");
    for (int i = 1; i < ClaimStore.MAX_OPEN; i++) {
      long other =
          TestPapers.add(
              database,
              PaperRecord.of(1, 1, "Paper " + i, LocalDate.parse("2026-02-28"))
                  .authors(List.of(MAE))
                  .build("raw"));
      claims.claim(new Actor(mae, null), other, MAE, mae, NOW);
    }
    long last =
        TestPapers.add(
            database,
            PaperRecord.of(1, 1, "Last", LocalDate.parse("2026-02-28"))
                .authors(List.of(MAE))
                .build("raw"));
    assertThatThrownBy(() -> claims.claim(new Actor(mae, null), last, MAE, mae, NOW))
        .hasMessage("20 claims of yours wait for a curator already");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mae@lab.example", "mae@DEEP.lab.example"})
  void verifiesByTheDomainOfThePapersOrganisation(String address) {
    long lab = new OrganisationDomains(database).list(10).get(0).organisationId();
    new OrganisationDomains(database)
        .set(curator, lab, List.of(" Lab.Example ", "b\u00fc.example"), NOW);
    assertThat(new OrganisationDomains(database).list(10).get(0).domains())
        .containsExactly("lab.example", "xn--b-eha.example");
    email(mae, address);
    email(bob, "bob@notlab.example");
    claim(bob, MAE, NOW);
    claim(mae, MAE, NOW);
    assertThat(authors()).contains(new Author(MAE, "mae", "claimed_verified", false));
    assertThat(queue.open(10)).extracting(Request::domain).containsExactly("notlab.example");
    assertThat(role(mae)).isEqualTo(User.Role.AUTHOR);
    email(bob, "bob@lab.example");
    claims.withdraw(new Actor(bob, null), paper, bob, NOW);
    claim(bob, MAE, NOW);
    assertThat(claims.of(paper, bob))
        .as("who is verified stays")
        .contains(new Claim(MAE, false, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"example", "", "a b.example", "http://a.example", "@a.example", "a..b"})
  void refusesWhatIsNoDomain(String domain) {
    OrganisationDomains domains = new OrganisationDomains(database);
    long lab = domains.list(10).get(0).organisationId();
    assertThatThrownBy(() -> domains.set(curator, lab, List.of(domain), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no domain");
    assertThatThrownBy(() -> domains.set(curator, 999, List.of(), NOW))
        .hasMessage("there is no such organisation");
  }

  @Test
  void hidesTheNamesOfVerifiedAuthorsOnly() {
    claim(mae, MAE, NOW);
    Actor actor = new Actor(mae, null);
    assertThatThrownBy(() -> claims.hide(actor, paper, mae, true, NOW))
        .hasMessage("only verified authors hide their names");
    claims.verify(curator, paper, mae, NOW);
    claims.hide(actor, paper, mae, true, NOW);
    PaperEntry entry = new PaperStore(database).withIds(List.of(paper)).get(0);
    assertThat(entry.shownAuthors()).containsExactly(TWO);
    assertThat(entry.isBy("mae")).isTrue();
    assertThat(new AuditLog(database).newest(Long.MAX_VALUE, 1).get(0).detail()).isEqualTo("mae");
    claims.withdraw(actor, paper, mae, NOW);
    assertThat(authors()).contains(new Author(MAE, null, null, false));
  }

  @Test
  void countsThePartThatAuthorsTakeOnce() {
    CommentStore comments = new CommentStore(database);
    comments.add(paper, null, mae, "One", NOW);
    assertThat(queue.participating(List.of(paper))).isEmpty();
    claim(mae, MAE, NOW);
    claims.verify(curator, paper, mae, NOW);
    assertThat(queue.participating(List.of(paper))).containsExactly(paper);
    long two = comments.add(paper, null, mae, "Two", NOW);
    assertThat(participations()).isOne();
    comments.delete(curator, paper, two, NOW);
    assertThat(participations()).isOne();
    claims.hide(new Actor(mae, null), paper, mae, true, NOW);
    assertThat(queue.participating(List.of(paper))).isEmpty();
    claims.refuse(curator, paper, mae, NOW);
    assertThat(participations()).isZero();
    assertHolds();
  }

  private long participations() {
    return database.read(
        db ->
            db.createQuery("select count(*) from trend_event where kind = 'participation'")
                .mapTo(Long.class)
                .one());
  }

  private void assertHolds() {
    assertThat(new StoreCheck(database).run())
        .allSatisfy(it -> assertThat(it.problems()).isEmpty());
  }

  @Test
  void keepsLinksThatPeopleChose() {
    LinkEdits edits = new LinkEdits(database);
    Links links = Links.of("https://lab.example/p", "https://github.com/lab/code/tree/main");
    edits.set(curator, paper, links, NOW);
    PaperEntry entry = new PaperStore(database).withIds(List.of(paper)).get(0);
    assertThat(entry.projectUrl()).isEqualTo("https://lab.example/p");
    assertThat(entry.repoUrl()).isEqualTo("https://github.com/lab/code");
    edits.set(curator, paper, Links.of(" ", null), NOW);
    TestPapers.add(
        database,
        PaperRecord.of(1, 1, "A paper", LocalDate.parse("2026-02-28"))
            .links(PaperLink.in("https://github.com/other/code"))
            .build("raw"));
    entry = new PaperStore(database).withIds(List.of(paper)).get(0);
    assertThat(entry.projectUrl()).isNull();
    assertThat(entry.repoUrl()).as("chosen to be none").isNull();
    assertThatThrownBy(() -> Links.of("javascript:alert(1)", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the project page is no address");
    assertThatThrownBy(() -> Links.of("", "https://evil.example/lab/code"))
        .hasMessageContaining("not at a host of source code");
  }
}
