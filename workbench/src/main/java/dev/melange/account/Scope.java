package dev.melange.account;

import java.util.Locale;

/** What an API token may be used for. */
public enum Scope {
  /** Reading what its user sees. */
  READ,
  /** Voting. */
  VOTE,
  /** Writing, changing and deleting comments. */
  COMMENT,
  /** Submitting papers, claiming them, editing their links. */
  SUBMIT,
  /** Asking for runs and giving them up. */
  RUN,
  /** What curators and owners may do beyond that. */
  ADMIN;

  /** As written in forms and stored. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The scope of a label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Scope of(String label) {
    for (Scope scope : values()) {
      if (scope.label().equals(label)) {
        return scope;
      }
    }
    throw new IllegalArgumentException(
        "there is no such scope; expected read, vote, comment, submit, run or admin");
  }
}
