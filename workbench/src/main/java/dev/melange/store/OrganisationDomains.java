package dev.melange.store;

import java.net.IDN;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Where the members of organisations have their mail addresses. Who signs in from there, or from
 * below, is known to belong to it.
 */
public final class OrganisationDomains {
  private final Database database;

  /** On a database. */
  public OrganisationDomains(Database database) {
    this.database = database;
  }

  /** An organisation and where its members have their addresses. */
  public record Domains(long organisationId, String organisation, List<String> domains) {}

  /** The organisations by name, with their domains. */
  public List<Domains> list(int limit) {
    return database.read(
        db -> {
          List<Domains> all = new ArrayList<>();
          db.createQuery("select id, name from organisation order by name_key limit :limit")
              .bind("limit", limit)
              .map((row, context) -> new Domains(row.getLong(1), row.getString(2), List.of()))
              .forEach(
                  one ->
                      all.add(
                          new Domains(
                              one.organisationId(),
                              one.organisation(),
                              known(db, one.organisationId()))));
          return all;
        });
  }

  private static List<String> known(Handle db, long organisationId) {
    return db.createQuery(
            "select domain from organisation_domain where organisation_id = :id order by domain")
        .bind("id", organisationId)
        .mapTo(String.class)
        .list();
  }

  /**
   * Says where an organisation's members have their addresses.
   *
   * @param domains such as {@code example.edu}; what is below counts, too
   * @throws IllegalArgumentException for what is no domain, or no organisation
   */
  public void set(Actor actor, long organisationId, List<String> domains, Instant now) {
    Set<String> all = new TreeSet<>();
    domains.forEach(domain -> all.add(checked(domain)));
    database.change(
        db -> {
          String name =
              db.createQuery("select name from organisation where id = :id for update")
                  .bind("id", organisationId)
                  .mapTo(String.class)
                  .findOne()
                  .orElseThrow(() -> new IllegalArgumentException("there is no such organisation"));
          String before = String.join(" ", known(db, organisationId));
          db.createUpdate("delete from organisation_domain where organisation_id = :id")
              .bind("id", organisationId)
              .execute();
          for (String domain : all) {
            db.createUpdate(
                    "insert into organisation_domain (organisation_id, domain)"
                        + " values (:id, :domain)")
                .bind("id", organisationId)
                .bind("domain", domain)
                .execute();
          }
          String after = String.join(" ", all);
          AuditLog.add(db, now, actor, "domains", "organisation " + name, after, before, after);
        });
  }

  private static String checked(String domain) {
    String ascii;
    try {
      ascii = IDN.toASCII(domain.strip(), IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(notDomain(domain), e);
    }
    if (ascii.length() > 253 || !ascii.matches("[a-z0-9-]+(\\.[a-z0-9-]+)+")) {
      throw new IllegalArgumentException(notDomain(domain));
    }
    return ascii;
  }

  private static String notDomain(String domain) {
    return "'%s' is no domain; expected the form example.edu"
        .formatted(domain.length() <= 60 ? domain : domain.substring(0, 60) + "\u2026");
  }

  /** Whether a user signs in from an address of the paper's organisation. */
  static boolean include(Handle db, long paperId, long userId) {
    Optional<String> domain =
        db.createQuery("select email from app_user where id = :user")
            .bind("user", userId)
            .map((row, context) -> of(row.getString(1)))
            .findOne();
    return domain.isPresent()
        && db
            .createQuery(
                "select d.domain from organisation_domain d join paper p"
                    + " on p.organisation_id = d.organisation_id where p.id = :paper")
            .bind("paper", paperId)
            .mapTo(String.class)
            .stream()
            .anyMatch(known -> domain.get().equals(known) || domain.get().endsWith("." + known));
  }

  /** What follows the at sign of an address, in lower case; null for null. */
  static String of(String email) {
    return email == null
        ? null
        : email.substring(email.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
  }
}
