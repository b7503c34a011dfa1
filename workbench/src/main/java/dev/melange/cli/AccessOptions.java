package dev.melange.cli;

import dev.melange.account.Accounts;
import dev.melange.mail.MailAddress;
import dev.melange.store.Database;
import dev.melange.store.User;
import dev.melange.web.Access;
import dev.melange.web.Limits;
import dev.melange.web.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Who reaches a served page, and what they may do there. */
final class AccessOptions {
  private static final String NOBODY = "nobody";

  @Option(
      names = "--public",
      description = "For others too: readers sign in by a mailed link. Put a TLS proxy in front.")
  private boolean open;

  @Option(
      names = "--owner",
      paramLabel = "MAIL",
      description =
          "The address by which the page's owner signs in; needed the first time with --public.")
  private String owner;

  @Option(
      names = "--newcomers",
      paramLabel = "ROLE",
      defaultValue = "member",
      description =
          "What those become who sign in for the first time: member (votes and comments), reader,"
              + " or nobody (the owner invites) (default: ${DEFAULT-VALUE}).")
  private String newcomers;

  @Option(
      names = "--runs",
      paramLabel = "ROLE",
      description =
          "Who may run studies with --public: member, curator, owner or nobody (default: nobody).")
  private String runs;

  @Option(
      names = "--proxy",
      paramLabel = "NETWORK",
      description =
          "Believe X-Forwarded-For from this address or network, such as 127.0.0.1; repeatable.")
  private List<String> proxies = new ArrayList<>();

  @Option(
      names = "--writes-a-minute",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Votes, comments and other changes of one reader in a minute (default:"
              + " ${DEFAULT-VALUE}).")
  private int writes;

  /**
   * What they say together.
   *
   * @param host the address to listen on
   * @param port the port, or 0
   * @param baseUrl how readers reach the page, or null
   * @throws IllegalArgumentException if the page could be reached by others without accounts, or
   *     its accounts by eavesdroppers
   */
  Access access(String host, int port, URI baseUrl) throws IOException {
    boolean loopback = InetAddress.getByName(host).isLoopbackAddress();
    if (!open) {
      if (!loopback) {
        throw new IllegalArgumentException(
            "%s can be reached from other machines, but the page has no accounts here; add --public"
                    .formatted(host)
                + " or use 127.0.0.1");
      }
      requireNothingOfPublic();
      return Access.local();
    }
    boolean local =
        baseUrl == null
            ? loopback
            : List.of("localhost", "127.0.0.1", "[::1]")
                .contains(String.valueOf(baseUrl.getHost()));
    boolean secure = baseUrl != null && "https".equals(baseUrl.getScheme());
    if (!secure && !local) {
      throw new IllegalArgumentException(
          "the base URL is %s, but readers sign in; give the https address of the proxy in front,"
                  .formatted(baseUrl == null ? "not given" : "'" + baseUrl + "'")
              + " such as --base-url https://papers.example.org");
    }
    if (baseUrl == null && port == 0) {
      throw new IllegalArgumentException(
          "links in mails need a fixed address; give --port, or --base-url");
    }
    Limits limits = Limits.defaults();
    return new Access(
        true,
        proxies.stream().map(Network::parse).toList(),
        runs == null ? null : role("--runs", runs, "member", "curator", "owner"),
        new Limits(limits.all(), limits.search(), writes, limits.signIn()));
  }

  private void requireNothingOfPublic() {
    String given =
        owner != null ? "--owner" : runs != null ? "--runs" : !proxies.isEmpty() ? "--proxy" : null;
    if (given != null) {
      throw new IllegalArgumentException(
          given + " is for pages that others reach; add --public, or leave it out");
    }
  }

  /** Whether the page is for others. */
  boolean open() {
    return open;
  }

  /** The role of who signs in for the first time; null for nobody. */
  User.Role newcomers() {
    return role("--newcomers", newcomers, "member", "reader");
  }

  private static User.Role role(String option, String text, String... allowed) {
    if (text.equals(NOBODY)) {
      return null;
    }
    if (!List.of(allowed).contains(text)) {
      throw new IllegalArgumentException(
          "%s is '%s', expected one of %s, %s"
              .formatted(option, text, String.join(", ", allowed), NOBODY));
    }
    return User.Role.valueOf(text.toUpperCase(Locale.ROOT));
  }

  /**
   * Sees to it that a page for others has an owner.
   *
   * @throws IllegalArgumentException if it would have none
   */
  void requireOwner(Database database, Clock clock) {
    if (!open) {
      return;
    }
    Accounts accounts = new Accounts(database);
    if (owner != null) {
      accounts.ownerIs(MailAddress.parse(owner), clock.instant());
    }
    if (!accounts.hasOwner()) {
      throw new IllegalArgumentException(
          "the page has no owner who could sign in; name one with --owner MAIL (once)");
    }
  }
}
