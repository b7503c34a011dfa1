package dev.melange.papers.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.tensor.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordPieceTest {
  private static final List<String> VOCAB =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "##c", "the", "fox");
  private final WordPiece tokens = new WordPiece(VOCAB, true);

  @Test
  void cutsWordsIntoTheLongestPiecesOrNone() {
    assertThat(tokens.pieces("abc ABCD the")).containsExactly(5, 6, 7, 1, 8);
    assertThat(tokens.pieces("a" + "b".repeat(99))).hasSize(100).doesNotContain(1);
    assertThat(tokens.pieces("a" + "b".repeat(100))).containsExactly(1);
  }

  @Test
  void keepsSpecialTokensAndDropsInvisibleCharacters() {
    assertThat(tokens.pieces("the[MASK]fox")).containsExactly(8, 4, 9);
    assertThat(tokens.pieces("t\u200bhe\u0000")).containsExactly(8);
    assertThat(tokens.pieces("")).isEmpty();
  }

  @Test
  void cutsTheLongerTextOfAPairFirst() {
    try (Scope scope = Scope.open()) {
      WordPiece.Batch batch =
          tokens.encodeBatch(List.of(new WordPiece.Input("the the the the", "fox fox")), 7);
      assertThat(batch.ids().toLongs()).containsExactly(2, 8, 8, 3, 9, 9, 3);
      assertThat(batch.types().toLongs()).containsExactly(0, 0, 0, 0, 1, 1, 1);
    }
  }

  @Test
  void refusesVocabulariesWithoutSpecialTokensOrWithDuplicates() {
    assertThatThrownBy(() -> new WordPiece(List.of("[PAD]", "a"), true))
        .hasMessageContaining("2 tokens lacks [UNK]");
    assertThatThrownBy(() -> new WordPiece(List.of("a", "a"), true))
        .hasMessageContaining("token 'a' occurs twice");
  }
}
