package dev.melange.store;

import java.nio.file.Path;
import java.time.Instant;

/** Writes votes and comments as fast as it can and says each that is acknowledged. */
public final class KillProbe {
  private KillProbe() {}

  /** The user's folder, and how many. */
  public static void main(String[] args) throws Exception {
    try (Database database = Database.open(DatabaseConfig.file(Path.of(args[0])))) {
      long paper = new PaperStore(database).find("local:a-paper").orElseThrow().id();
      long user = new UserStore(database).owner().id();
      VoteStore votes = new VoteStore(database);
      CommentStore comments = new CommentStore(database);
      Instant now = Instant.parse("2026-03-01T12:00:00Z");
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        boolean up = i % 2 == 0;
        votes.vote(paper, user, up, now);
        long id = comments.add(paper, null, user, "comment " + i, now.plusSeconds(i));
        System.out.println(id + " " + up);
        System.out.flush();
      }
      System.in.read(); // nothing is written any more until the kill
    }
  }
}
