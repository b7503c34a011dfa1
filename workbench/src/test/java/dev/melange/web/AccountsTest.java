package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.account.Accounts;
import dev.melange.store.AuditLog;
import dev.melange.store.PaperStore;
import dev.melange.store.StoreCheck;
import dev.melange.store.User;
import dev.melange.store.UserStore;
import dev.melange.web.PublicSite.Browser;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Roles, bans, logins, API tokens and the audit of a page for others. */
class AccountsTest {
  private static final String PAPER = "/papers/2201.02973";
  private static final String API = "/api" + PAPER;

  private PublicSite site;

  @BeforeEach
  void start() throws IOException {
    site = new PublicSite();
  }

  @AfterEach
  void stop() throws IOException {
    site.close();
  }

  private long id(String address) {
    return site.database()
        .read(
            db ->
                db.createQuery("select id from app_user where email = :email")
                    .bind("email", address)
                    .mapTo(Long.class)
                    .one());
  }

  private String name(String address) {
    return new UserStore(site.database()).find(id(address)).orElseThrow().name();
  }

  private List<String> audited() {
    return new AuditLog(site.database())
        .newest(Long.MAX_VALUE, 100).stream()
            .map(row -> row.user() + ": " + row.action() + " " + row.target() + " " + row.detail())
            .toList();
  }

  @Test
  void letsReadersReadAndMembersTakePart() throws Exception {
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    Browser mae = site.new Browser().signIn("mae@example.org");
    assertThat(mae.post(PAPER + "/vote", "up=true").statusCode()).isEqualTo(303);
    String roles = "/admin/users/" + id("mae@example.org") + "/role";
    assertThat(mae.get("/admin").statusCode()).isEqualTo(403);
    assertThat(mae.post(roles, "role=owner").statusCode()).isEqualTo(403);
    assertThat(owner.get("/admin").body()).contains("mae@example.org", name("mae@example.org"));
    assertThat(owner.post(roles, "role=king").statusCode()).isEqualTo(400);
    assertThat(owner.post(roles, "role=system").statusCode()).isEqualTo(400);
    assertThat(owner.post(roles, "role=reader").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/vote", "up=false").statusCode())
        .as("a new role ends the logins before it")
        .isEqualTo(401);
    mae.signIn("mae@example.org");
    assertThat(mae.post(PAPER + "/vote", "up=false").statusCode()).isEqualTo(403);
    assertThat(mae.post(PAPER + "/comments", "body=x").statusCode()).isEqualTo(403);
    assertThat(mae.get("/settings/account").body()).contains(", reader");
    assertThat(mae.post(PAPER + "/save", "in=true").statusCode()).as("lists").isEqualTo(303);
    assertThat(mae.get("/reading-list").body()).contains("id=\"p-2201.02973\"");
    assertThat(audited()).anyMatch(row -> row.matches("owner: role user .* member -> reader"));
  }

  @Test
  void bansAtOnceWhateverCookieOrTokenIsLeft() throws Exception {
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    Browser mae = site.new Browser().signIn("mae@example.org");
    String token = token(mae, "scope=vote&scope=comment&scope=read");
    String user = "/admin/users/" + id("mae@example.org");
    assertThat(owner.post(user + "/ban", "").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/comments", "body=old+cookie").statusCode()).isEqualTo(401);
    assertThat(call(token, API + "/upvote", "").statusCode()).isEqualTo(401);
    mae.ask("mae@example.org");
    assertThat(site.mailsAfter("other@example.org")).as("no link for who is banned").isZero();
    assertThat(site.new Browser().get(PAPER).body()).doesNotContain("old cookie");
    assertThat(owner.get("/admin").body()).contains("Let in again");
    assertThat(owner.post(user + "/unban", "").statusCode()).isEqualTo(303);
    mae.signIn("mae@example.org");
    assertThat(mae.post(PAPER + "/vote", "up=true").statusCode()).isEqualTo(303);
    assertThat(audited()).anyMatch(row -> row.contains(": ban user "));
  }

  @Test
  void deletesAnAccountWithWhatItsUserLeftBehind() throws Exception {
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    Browser mae = site.new Browser().signIn("mae@example.org");
    long id = id("mae@example.org");
    String name = name("mae@example.org");
    assertThat(mae.post(PAPER + "/vote", "up=true").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/comments", "body=Words+of+Mae").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/tags", "tags=mine").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/note", "body=mine").statusCode()).isEqualTo(303);
    assertThat(mae.post(PAPER + "/save", "in=true").statusCode()).isEqualTo(303);
    assertThat(mae.post("/searches", "q=mine&name=mine").statusCode()).isEqualTo(303);
    String token = token(mae, "scope=vote");
    String delete = "/settings/account/delete";
    assertThat(mae.post(delete, "name=other").statusCode()).isEqualTo(400);
    assertThat(owner.post(delete, "name=owner").statusCode()).isEqualTo(400);
    assertThat(site.new Browser().get(PAPER).body()).contains("Words of Mae");
    assertThat(mae.post(delete, "name=" + name).statusCode()).isEqualTo(303);

    assertThat(mae.get("/settings/account").statusCode()).isEqualTo(401);
    assertThat(call(token, API + "/upvote", "").statusCode()).isEqualTo(401);
    String page = site.new Browser().get(PAPER).body();
    assertThat(page).doesNotContain("Words of Mae", name);
    assertThat(new PaperStore(site.database()).find("2201.02973").orElseThrow().votes()).isZero();
    for (String table : List.of("tag", "note", "saved_search", "collection")) {
      long left =
          site.database()
              .read(
                  db ->
                      db.createQuery("select count(*) from " + table + " where owner_id = :id")
                          .bind("id", id)
                          .mapTo(Long.class)
                          .one());
      assertThat(left).as(table).isZero();
    }
    assertThat(new StoreCheck(site.database()).run()).allMatch(StoreCheck.Result::holds);
    assertThat(audited()).anyMatch(row -> row.contains(": leave user left-" + id));
    mae.signIn("mae@example.org");
    assertThat(id("mae@example.org")).as("a new account").isNotEqualTo(id);
  }

  @Test
  void keepsAnOwner() throws Exception {
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    String self = "/admin/users/" + id(PublicSite.OWNER);
    HttpResponse<String> demoted = owner.post(self + "/role", "role=member");
    assertThat(demoted.statusCode()).isEqualTo(400);
    assertThat(demoted.body()).contains("owner is the only owner");
    assertThat(owner.post(self + "/ban", "").statusCode()).isEqualTo(400);
    long system = new UserStore(site.database()).find(UserStore.IMPORT).orElseThrow().id();
    assertThat(owner.post("/admin/users/" + system + "/role", "role=owner").statusCode())
        .isEqualTo(400);
    assertThat(owner.post("/admin/users/999999/ban", "").statusCode()).isEqualTo(400);
    assertThat(owner.post("/admin/users/x/ban", "").statusCode()).isEqualTo(404);
  }

  @Test
  void letsInOnlyWhoWasInvitedWhereNewcomersAreNot() throws Exception {
    try (PublicSite closed =
        new PublicSite(new Access(true, List.of(), null, PublicSite.GENEROUS), null, null)) {
      Browser owner = closed.new Browser().signIn(PublicSite.OWNER);
      closed.new Browser().ask("mae@example.org");
      assertThat(owner.post("/admin/users", "email=mae%40example.org&role=curator").statusCode())
          .isEqualTo(303);
      assertThat(owner.post("/admin/users", "email=mae%40example.org&role=member").statusCode())
          .isEqualTo(400);
      Browser mae = closed.new Browser().signIn("mae@example.org");
      assertThat(mae.get("/settings/account").body()).contains(", curator");
    }
  }

  @Test
  void showsAndEndsLoginsOfTheirUserOnly() throws Exception {
    Browser phone = site.new Browser().signIn("mae@example.org");
    Browser desk = site.new Browser().signIn("mae@example.org");
    Browser other = site.new Browser().signIn("otto@example.org");
    Matcher ends =
        Pattern.compile("/settings/account/logins/(\\d+)/end")
            .matcher(desk.get("/settings/account").body());
    assertThat(ends.find()).isTrue();
    String path = ends.group();
    assertThat(ends.find()).as("one other browser").isFalse();
    other.post(path, "");
    assertThat(phone.get("/settings/account").statusCode()).as("not theirs").isEqualTo(200);
    assertThat(desk.post(path, "").statusCode()).isEqualTo(303);
    assertThat(phone.get("/settings/account").statusCode()).isEqualTo(401);
    phone.signIn("mae@example.org");
    assertThat(desk.post("/settings/account/logins/end", "").statusCode()).isEqualTo(303);
    assertThat(phone.get("/settings/account").statusCode()).isEqualTo(401);
    assertThat(other.get("/settings/account").statusCode()).isEqualTo(200);
  }

  @Test
  void renamesWithoutTakingAnotherName() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    assertThat(name("mae@example.org")).as("says nothing of the address").startsWith("reader-");
    String path = "/settings/account/name";
    assertThat(mae.post(path, "name=Mae.W").statusCode()).isEqualTo(303);
    assertThat(mae.post(path, "name=mae.w").statusCode()).isEqualTo(303);
    for (String bad :
        List.of("owner", "OWNER", "import", "", "a+b", "%3Cb%3E", "x%E2%80%AEy", "n".repeat(61))) {
      assertThat(mae.post(path, "name=" + bad).statusCode()).as(bad).isEqualTo(400);
    }
    assertThat(name("mae@example.org")).isEqualTo("mae.w");
  }

  private String token(Browser browser, String scopes) throws Exception {
    HttpResponse<String> made =
        browser.post("/settings/account/tokens", "name=script&days=30&" + scopes);
    assertThat(made.statusCode()).isEqualTo(200);
    Matcher shown = Pattern.compile("mlg_[A-Za-z0-9_-]{43}").matcher(made.body());
    assertThat(shown.find()).isTrue();
    assertThat(browser.get("/settings/account").body())
        .as("shown once")
        .contains("script")
        .doesNotContain(shown.group());
    return shown.group();
  }

  private HttpResponse<String> call(String token, String path, String json) throws Exception {
    HttpRequest.Builder request =
        site.new Browser()
            .request(path)
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(json));
    if (!json.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return site.new Browser().send(request);
  }

  @Test
  void letsProgramsActWithinTheirScopes() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    String voting = token(mae, "scope=vote");
    assertThat(call(voting, API + "/upvote", "").body()).contains("\"upvotes\":1");
    HttpResponse<String> refused = call(voting, API + "/comments", "{\"body\":\"x\"}");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("lacks the scope comment");
    assertThat(call(voting, PAPER + "/run", "").body()).contains("runs no studies");
    String writing = token(mae, "scope=comment&scope=read&scope=admin");
    HttpResponse<String> written =
        call(writing, API + "/comments", "{\"body\":\"**by** program\"}");
    assertThat(written.statusCode()).isEqualTo(201);
    JsonNode comment = new ObjectMapper().readTree(written.body());
    assertThat(
            call(
                    writing,
                    API + "/comments",
                    "{\"body\":\"reply\",\"parent\":" + comment.get("id") + "}")
                .statusCode())
        .isEqualTo(201);
    assertThat(mae.get(PAPER).body()).contains("<strong>by</strong> program", "<p>reply</p>");
    assertThat(call(writing, PAPER + "/comments/" + comment.get("id") + "/hide", "").statusCode())
        .as("a scope is no role")
        .isEqualTo(403);
    assertThat(
            site.new Browser()
                .send(
                    site.new Browser()
                        .request("/api/papers")
                        .header("Authorization", "Bearer " + voting))
                .statusCode())
        .as("no scope read")
        .isEqualTo(403);
    assertThat(call(writing, "/settings/account/tokens", "").statusCode())
        .as("tokens make no tokens")
        .isEqualTo(403);
  }

  @Test
  void endsTokens() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    String token = token(mae, "scope=vote");
    char last = token.charAt(20);
    String changed = token.substring(0, 20) + (last == 'A' ? 'B' : 'A') + token.substring(21);
    for (String wrong : List.of(changed, "mlg_", "x", token + "x", token.substring(4))) {
      HttpResponse<String> answer = call(wrong, API + "/upvote", "");
      assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
      assertThat(answer.body()).startsWith("{\"error\":\"");
    }
    Matcher revoke =
        Pattern.compile("/settings/account/tokens/\\d+/revoke")
            .matcher(mae.get("/settings/account").body());
    assertThat(revoke.find()).isTrue();
    site.new Browser().signIn("otto@example.org").post(revoke.group(), "");
    assertThat(call(token, API + "/upvote", "").statusCode()).as("not theirs").isEqualTo(200);
    mae.post(revoke.group(), "");
    assertThat(call(token, API + "/upvote", "").statusCode()).isEqualTo(401);
    String second = token(mae, "scope=vote");
    site.advance(Duration.ofDays(30));
    assertThat(call(second, API + "/upvote", "").statusCode()).as("expired").isEqualTo(401);
  }

  @Test
  void refusesTokensThatMakeNoSense() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    for (String bad :
        List.of(
            "name=x&days=30",
            "name=x&days=0&scope=vote",
            "name=x&days=367&scope=vote",
            "name=x&days=-1&scope=vote",
            "name=x&days=99999&scope=vote",
            "name=&days=30&scope=vote",
            "name=" + "x".repeat(61) + "&days=30&scope=vote",
            "name=a%00b&days=30&scope=vote",
            "name=x&days=30&scope=everything")) {
      assertThat(mae.post("/settings/account/tokens", bad).statusCode()).as(bad).isEqualTo(400);
    }
    for (int i = 0; i < 20; i++) {
      token(mae, "scope=vote");
    }
    assertThat(mae.post("/settings/account/tokens", "name=x&days=1&scope=vote").statusCode())
        .isEqualTo(400);
  }

  @Test
  void hidesCommentsAndShowsThemAgain() throws Exception {
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    Browser mae = site.new Browser().signIn("mae@example.org");
    String to =
        mae.post(PAPER + "/comments", "body=Something+rude")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    String comment = PAPER + "/comments/" + to.substring(to.indexOf("#c") + 2);
    Browser otto = site.new Browser().signIn("otto@example.org");
    for (String action : List.of("/hide", "/delete", "/edit")) {
      assertThat(otto.post(comment + action, "body=x").statusCode()).as(action).isEqualTo(403);
    }
    String hide = "action=\"" + comment + "/hide\"";
    assertThat(owner.get(PAPER).body()).contains(hide);
    assertThat(mae.get(PAPER).body()).doesNotContain(hide);
    assertThat(owner.post(comment + "/hide", "").statusCode()).isEqualTo(303);
    assertThat(mae.get(PAPER).body()).doesNotContain("Something rude");
    assertThat(owner.get("/admin").body()).contains("Something rude");
    assertThat(owner.post(comment + "/show", "").statusCode()).isEqualTo(303);
    assertThat(mae.get(PAPER).body()).contains("Something rude");
    assertThat(owner.post(comment + "/delete", "").statusCode()).isEqualTo(303);
    assertThat(audited())
        .anyMatch(row -> row.startsWith("owner: hide comment "))
        .anyMatch(row -> row.startsWith("owner: delete comment "))
        .anyMatch(row -> row.startsWith("null: import source "));
  }

  @Test
  void runsStudiesForWhomTheOwnerAllowsIt() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    String run = "/papers/local:metaformer/run";
    HttpResponse<String> off = mae.post(run, "scale=smoke");
    assertThat(off.statusCode()).isEqualTo(403);
    assertThat(off.body())
        .contains("this page runs no studies; its owner can allow it with --runs");
    assertThat(mae.get("/papers/local:metaformer").body()).doesNotContain("action=\"" + run);
    try (PublicSite running =
        new PublicSite(
            new Access(true, List.of(), User.Role.CURATOR, PublicSite.GENEROUS),
            User.Role.MEMBER,
            null)) {
      Browser member = running.new Browser().signIn("mae@example.org");
      assertThat(member.post(run, "scale=smoke").statusCode()).isEqualTo(403);
      assertThat(member.get("/papers/local:metaformer").body()).doesNotContain("action=\"" + run);
      Browser owner = running.new Browser().signIn(PublicSite.OWNER);
      HttpResponse<String> asked = owner.post(run, "scale=smoke");
      assertThat(asked.statusCode()).isEqualTo(303);
      String job = asked.headers().firstValue("Location").orElseThrow();
      assertThat(member.post(job + "/cancel", "").statusCode()).as("not theirs").isEqualTo(403);
      assertThat(owner.post(job + "/cancel", "").statusCode()).isEqualTo(303);
    }
  }

  /** What is somebody's own is not there for others: not even that it is there is told. */
  @Test
  void showsNobodyWhatIsPrivate() throws Exception {
    Browser mae = site.new Browser().signIn("mae@example.org");
    HttpResponse<String> made =
        mae.post("/collections", "name=Secret+plans&description=&shown=private");
    assertThat(made.statusCode()).isEqualTo(303);
    String collection = made.headers().firstValue("Location").orElseThrow();
    assertThat(mae.get(collection).body()).contains("Secret plans");
    mae.post(PAPER + "/tags", "tags=mine");
    mae.post(PAPER + "/note", "body=Note+to+myself");
    Browser otto = site.new Browser().signIn("otto@example.org");
    for (Browser other : List.of(otto, site.new Browser())) {
      HttpResponse<String> hidden = other.get(collection);
      HttpResponse<String> missing = other.get("/collections/999999");
      assertThat(hidden.statusCode()).isEqualTo(missing.statusCode()).isEqualTo(404);
      assertThat(hidden.body()).doesNotContain("Secret plans");
      assertThat(other.get("/collections").body()).doesNotContain("Secret plans");
      assertThat(other.get("/tags/mine").statusCode()).isIn(401, 404);
      assertThat(other.get(PAPER).body()).doesNotContain("Note to myself", "/tags/mine");
    }
    assertThat(otto.post(collection + "/delete", "").statusCode()).isEqualTo(404);
    assertThat(mae.get(collection).statusCode()).isEqualTo(200);
  }

  @Test
  void neverForgetsWhatWasAudited() {
    for (String change : List.of("update audit set action = 'x'", "delete from audit")) {
      assertThatThrownBy(() -> site.database().change(db -> db.execute(change)))
          .hasStackTraceContaining("the audit is append-only");
    }
    assertThat(audited()).isNotEmpty();
  }

  @Test
  void refusesAnOwnersAddressThatIsSomebodyElses() throws Exception {
    site.new Browser().signIn("mae@example.org");
    Accounts accounts = new Accounts(site.database());
    assertThatThrownBy(
            () ->
                accounts.ownerIs(dev.melange.mail.MailAddress.parse("Mae@example.org"), site.now()))
        .hasMessageContaining("another account signs in by this address");
    Browser owner = site.new Browser().signIn(PublicSite.OWNER);
    accounts.ownerIs(dev.melange.mail.MailAddress.parse("ada2@example.org"), site.now());
    assertThat(owner.get("/admin").statusCode()).isEqualTo(401);
    assertThat(site.new Browser().signIn("ada2@example.org").get("/admin").statusCode())
        .isEqualTo(200);
    assertThat(User.Role.READER.atLeast(User.Role.MEMBER)).isFalse();
  }
}
