package dev.melange.store;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/** Small values that the installation keeps. */
public final class Settings {
  private final Database database;

  /** On a database. */
  public Settings(Database database) {
    this.database = database;
  }

  /** The value of a name. */
  public Optional<String> get(String name) {
    return database.read(
        db ->
            db.createQuery("select content from setting where name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne());
  }

  /** Keeps a value, instead of the one before. */
  public void put(String name, String content) {
    database.change(
        db -> {
          int changed =
              db.createUpdate("update setting set content = :content where name = :name")
                  .bind("name", name)
                  .bind("content", content)
                  .execute();
          if (changed == 0) {
            db.createUpdate("insert into setting (name, content) values (:name, :content)")
                .bind("name", name)
                .bind("content", content)
                .execute();
          }
        });
  }

  /** The installation's secret of a name: 32 random bytes, made at first use. */
  public byte[] secret(String name) {
    byte[] fresh = new byte[32];
    new SecureRandom().nextBytes(fresh);
    String key = "secret." + name;
    database.change(
        db ->
            db.createUpdate(
                    "insert into setting (name, content) values (:name, :content)"
                        + " on conflict do nothing")
                .bind("name", key)
                .bind("content", Base64.getEncoder().encodeToString(fresh))
                .execute());
    return Base64.getDecoder().decode(get(key).orElseThrow());
  }
}
