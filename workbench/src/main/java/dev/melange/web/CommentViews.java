package dev.melange.web;

import dev.melange.store.CommentStore.Comment;
import dev.melange.store.PaperEntry;
import dev.melange.store.ReactionStore;
import dev.melange.store.ReactionStore.Reaction;
import dev.melange.store.User;
import dev.melange.web.Views.CommentView;
import dev.melange.web.Views.ReactionView;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the tree of a discussion. */
final class CommentViews {
  private static final int MAX_DEPTH = 6;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  private final User viewer;
  private final PaperEntry paper;
  private final Map<Long, List<Reaction>> reactions;

  /**
   * Views of a discussion.
   *
   * @param viewer who reads it; null for visitors
   * @param paper what it is about
   * @param reactions to its comments
   */
  CommentViews(User viewer, PaperEntry paper, Map<Long, List<Reaction>> reactions) {
    this.viewer = viewer;
    this.paper = paper;
    this.reactions = reactions;
  }

  /**
   * The tree as the viewer sees it. What is not shown remains as a remark where it has replies that
   * are, and vanishes otherwise.
   */
  List<CommentView> tree(List<Comment> comments) {
    Map<Long, Integer> depths = new HashMap<>();
    for (Comment comment : comments) {
      int depth = comment.parentId() == null ? 0 : depths.get(comment.parentId()) + 1;
      depths.put(comment.id(), depth);
    }
    Map<Long, List<CommentView>> replies = new HashMap<>();
    List<CommentView> roots = new ArrayList<>();
    // Replies have higher ids than what they answer: from the end, each finds its own complete.
    for (int i = comments.size() - 1; i >= 0; i--) {
      Comment comment = comments.get(i);
      List<CommentView> answers = replies.getOrDefault(comment.id(), List.of());
      boolean shown = !comment.hidden() && !comment.deleted();
      if (!shown && answers.isEmpty()) {
        continue;
      }
      CommentView view = view(comment, Math.min(MAX_DEPTH, depths.get(comment.id())), answers);
      if (comment.parentId() == null) {
        roots.add(0, view);
      } else {
        replies.computeIfAbsent(comment.parentId(), id -> new ArrayList<>()).add(0, view);
      }
    }
    return roots;
  }

  private CommentView view(Comment comment, int depth, List<CommentView> answers) {
    boolean shown = !comment.hidden() && !comment.deleted();
    boolean own = viewer != null && comment.userId() != null && comment.userId() == viewer.id();
    boolean curator = viewer != null && viewer.role().atLeast(User.Role.CURATOR);
    String remark = comment.deleted() ? "This comment was deleted." : "This comment is hidden.";
    return new CommentView(
        comment.id(),
        shown ? comment.userName() : null,
        shown ? label(comment.userName()) : null,
        TIME.format(comment.createdAt()),
        comment.editedAt() != null && shown,
        shown ? Markdown.html(comment.body()) : null,
        shown ? null : remark,
        shown && own ? comment.body() : null,
        shown && (own || curator),
        shown && curator,
        shown ? reactions(comment.id()) : List.of(),
        depth,
        List.copyOf(answers));
  }

  /** What a user is to the paper; null for nothing. */
  private String label(String user) {
    if (user == null) {
      return null;
    }
    if (paper.authors().stream()
        .anyMatch(
            author -> author.verified() && !author.hidden() && user.equals(author.userName()))) {
      return "author of the paper";
    }
    return user.equals(paper.submitter()) ? "submitter of the paper" : null;
  }

  /** All signs for who may give them, else those that were given. */
  private List<ReactionView> reactions(long comment) {
    Map<String, Reaction> given = new HashMap<>();
    reactions
        .getOrDefault(comment, List.of())
        .forEach(reaction -> given.put(reaction.sign(), reaction));
    boolean may = viewer != null && viewer.role().atLeast(User.Role.MEMBER);
    List<ReactionView> views = new ArrayList<>();
    ReactionStore.SIGNS.forEach(
        (sign, name) -> {
          Reaction reaction = given.get(sign);
          if (reaction != null) {
            views.add(new ReactionView(sign, name, reaction.count(), reaction.own(), may));
          } else if (may) {
            views.add(new ReactionView(sign, name, 0, false, true));
          }
        });
    return views;
  }
}
