package dev.melange.papers.study;

/** What the numbers of a study say about the claim. */
public enum Verdict {
  /** The claim shows in the numbers. */
  HOLDS("holds"),
  /** The numbers neither show nor contradict it at this scale. */
  DOES_NOT_SHOW("does not show at this scale"),
  /** The numbers contradict it. */
  FAILS("fails");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  /** The verdict in words. */
  public String text() {
    return text;
  }
}
