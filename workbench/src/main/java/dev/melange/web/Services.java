package dev.melange.web;

import dev.melange.account.SignIns;
import dev.melange.demo.DemoRunner;
import dev.melange.jobs.Submissions;
import dev.melange.mail.Subscriptions;
import dev.melange.search.PaperSearch;
import java.util.ArrayList;
import java.util.List;

/**
 * What a page offers beside reading and discussing. What is null is not offered: its addresses do
 * not exist. All stays its owner's to close.
 *
 * @param search finds papers
 * @param subscriptions to digests by mail
 * @param signIns mails links for signing in, on pages for others
 * @param demos runs demonstrations
 * @param submissions brings in papers that users name
 */
public record Services(
    PaperSearch search,
    Subscriptions subscriptions,
    SignIns signIns,
    DemoRunner demos,
    Submissions submissions) {
  /** Those of a page on its owner's machine, without demonstrations and submissions. */
  public Services(PaperSearch search, Subscriptions subscriptions) {
    this(search, subscriptions, null, null, null);
  }

  /** None. */
  public static Services none() {
    return new Services(null, null);
  }

  List<Routes> routes(Site site) {
    List<Routes> routes = new ArrayList<>();
    if (search != null) {
      routes.add(new SearchRoutes(site, search));
    }
    if (subscriptions != null) {
      routes.add(new MailRoutes(site, subscriptions));
    }
    if (demos != null) {
      routes.add(new TryRoutes(site, demos));
    }
    if (submissions != null) {
      routes.add(new SubmitRoutes(site, submissions));
    }
    return routes;
  }
}
