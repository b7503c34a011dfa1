package dev.melange.web;

import dev.melange.account.Logins;
import dev.melange.store.ClaimQueue;
import dev.melange.store.ClaimStore;
import dev.melange.store.CollectionStore;
import dev.melange.store.CommentStore;
import dev.melange.store.Database;
import dev.melange.store.NoteStore;
import dev.melange.store.PaperStore;
import dev.melange.store.ReactionStore;
import dev.melange.store.ResultStore;
import dev.melange.store.SavedSearchStore;
import dev.melange.store.TagStore;
import dev.melange.store.UserStore;
import dev.melange.store.VoteStore;
import java.time.Clock;
import java.time.LocalDate;

/**
 * What all handlers share. Made once; safe for use by many threads.
 *
 * @param config the settings
 * @param database the store
 * @param clock tells the time
 * @param templates the templates
 * @param viewers tells who makes a request
 * @param clients tells where it comes from
 * @param visits tells what is new to them
 */
record Site(
    SiteConfig config,
    Database database,
    Clock clock,
    Templates templates,
    Viewers viewers,
    Clients clients,
    Visits visits) {
  PaperStore papers() {
    return new PaperStore(database);
  }

  ResultStore results() {
    return new ResultStore(database);
  }

  VoteStore votes() {
    return new VoteStore(database);
  }

  Logins logins() {
    return new Logins(database);
  }

  UserStore users() {
    return new UserStore(database);
  }

  CommentStore comments() {
    return new CommentStore(database);
  }

  ReactionStore reactions() {
    return new ReactionStore(database);
  }

  ClaimStore claims() {
    return new ClaimStore(database);
  }

  ClaimQueue claimQueue() {
    return new ClaimQueue(database);
  }

  CollectionStore collections() {
    return new CollectionStore(database);
  }

  NoteStore notes() {
    return new NoteStore(database);
  }

  TagStore tags() {
    return new TagStore(database);
  }

  SavedSearchStore searches() {
    return new SavedSearchStore(database);
  }

  LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), config.zone());
  }
}
