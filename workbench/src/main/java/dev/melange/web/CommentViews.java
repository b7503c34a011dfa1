package dev.melange.web;

import dev.melange.store.CommentStore.Comment;
import dev.melange.store.User;
import dev.melange.web.Views.CommentView;
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

  private CommentViews() {}

  /**
   * The tree as a viewer sees it. What is not shown remains as a remark where it has replies that
   * are, and vanishes otherwise.
   */
  static List<CommentView> of(List<Comment> comments, User viewer) {
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
      CommentView view =
          view(comment, Math.min(MAX_DEPTH, depths.get(comment.id())), answers, viewer);
      if (comment.parentId() == null) {
        roots.add(0, view);
      } else {
        replies.computeIfAbsent(comment.parentId(), id -> new ArrayList<>()).add(0, view);
      }
    }
    return roots;
  }

  private static CommentView view(
      Comment comment, int depth, List<CommentView> answers, User viewer) {
    boolean shown = !comment.hidden() && !comment.deleted();
    boolean own = viewer != null && comment.userId() != null && comment.userId() == viewer.id();
    boolean curator = viewer != null && viewer.role().atLeast(User.Role.CURATOR);
    String remark = comment.deleted() ? "This comment was deleted." : "This comment is hidden.";
    return new CommentView(
        comment.id(),
        shown ? comment.userName() : null,
        TIME.format(comment.createdAt()),
        comment.editedAt() != null && shown,
        shown ? Markdown.html(comment.body()) : null,
        shown ? null : remark,
        shown && own ? comment.body() : null,
        shown && (own || curator),
        shown && curator,
        depth,
        List.copyOf(answers));
  }
}
