package dev.melange.web;

import dev.melange.web.Views.Frame;
import java.util.List;

/** What the templates for curators show. Texts are plain; the template escapes them. */
public final class CurateViews {
  private CurateViews() {}

  /**
   * A claim.
   *
   * @param paper id in addresses
   * @param title of the paper
   * @param author who they say to be
   * @param user the id of who says it
   * @param name of who says it
   * @param domain of their address, or null
   * @param at since when, or null for verified ones
   * @param holder another user who is verified as this author, or null
   */
  public record ClaimRow(
      String paper,
      String title,
      String author,
      long user,
      String name,
      String domain,
      String at,
      String holder) {}

  /** Papers that may be one. */
  public record PairRow(SideView first, SideView second) {}

  /** An organisation and the domains of its members' addresses, separated by blanks. */
  public record DomainsRow(long id, String name, String domains) {}

  /**
   * A paper beside another.
   *
   * @param id in addresses
   * @param title plain
   * @param published day
   * @param listed day, or that it is not
   * @param authors names or their number
   * @param abstractText or null
   * @param votes counted here
   * @param comments shown here
   * @param key of its implementation, or null
   */
  public record SideView(
      String id,
      String title,
      String published,
      String listed,
      String authors,
      String abstractText,
      int votes,
      int comments,
      String key) {}

  /**
   * The page of what waits for curators.
   *
   * @param frame what all pages have
   * @param open claims
   * @param verified claims
   * @param pairs of papers that may be one
   * @param organisations with their domains
   */
  public record CurateView(
      Frame frame,
      List<ClaimRow> open,
      List<ClaimRow> verified,
      List<PairRow> pairs,
      List<DomainsRow> organisations) {}

  /**
   * Two papers to merge.
   *
   * @param frame what all pages have
   * @param from the one that goes
   * @param into the one that stays
   * @param swapped the address of the same page with the two exchanged
   */
  public record MergeView(Frame frame, SideView from, SideView into, String swapped) {}
}
