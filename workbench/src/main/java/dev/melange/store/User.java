package dev.melange.store;

import java.time.Instant;

/**
 * Somebody who votes, writes or submits.
 *
 * @param id in the store
 * @param name the name in addresses, unique regardless of case
 * @param fullName as shown
 * @param role what they may do
 * @param bannedAt since when they may do nothing, or null
 * @param visitedAt papers listed after it are new to them; null before the first visit
 */
public record User(
    long id, String name, String fullName, Role role, Instant bannedAt, Instant visitedAt) {
  /** What a user may do; each role may do what those before it may. */
  public enum Role {
    /** Stands for a program or for somebody known from a source only; cannot sign in. */
    SYSTEM,
    /** Signs in and keeps things of their own; neither votes nor writes. */
    READER,
    /** Votes, comments, tags, submits. */
    MEMBER,
    /** A member with a verified claim on a paper. */
    AUTHOR,
    /** Lists papers, edits their data, hides comments. */
    CURATOR,
    /** Everything. */
    OWNER;

    /** Whether this role may do what another may. */
    public boolean atLeast(Role other) {
      return compareTo(other) >= 0;
    }
  }

  /** Whether they may change anything. */
  public boolean active() {
    return bannedAt == null && role != Role.SYSTEM;
  }
}
