package dev.melange.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void numbersCharactersInOrder() {
    CharVocabulary vocabulary = CharVocabulary.of("bab\n😀");
    assertThat(vocabulary.characters()).isEqualTo("\nab😀");
    assertThat(vocabulary.encode("ab😀")).containsExactly(1, 2, 3);
    assertThat(vocabulary.decode(new int[] {2, 1, 0})).isEqualTo("ba\n");
    assertThat(CharVocabulary.of(vocabulary.characters())).isEqualTo(vocabulary);
  }

  @Test
  void namesUnknownCharacters() {
    assertThatThrownBy(() -> CharVocabulary.of("ab").encode("abc"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'c' (U+0063) at place 2");
    assertThatThrownBy(() -> CharVocabulary.of("")).hasMessageContaining("empty");
  }

  @Test
  void splitsNineToOne() {
    TokenSplit split = TokenSplit.of(IntStream.range(0, 25).toArray());
    assertThat(split.train()).hasSize(22);
    assertThat(split.valid()).containsExactly(22, 23, 24);
    assertThatThrownBy(() -> TokenSplit.of(new int[1])).isInstanceOf(DataException.class);
  }

  @Test
  void readsStrictUtf8() throws IOException {
    byte[] marked = "\ufeffZoë".getBytes(StandardCharsets.UTF_8);
    assertThat(TextFile.read(Source.of("t", marked))).isEqualTo("Zoë");
    byte[] cut = java.util.Arrays.copyOf(marked, marked.length - 1);
    assertThatThrownBy(() -> TextFile.read(Source.of("t", cut)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("byte 0xc3 at offset 5");
  }

  @Test
  void readsTheBundledNovel() throws IOException {
    String emma = TextFile.read(Source.bundled("austen-emma.txt.gz"));
    assertThat(emma).startsWith("EMMA").contains("handsome, clever, and rich").hasSize(883_028);
    assertThat(CharVocabulary.of(emma).size()).isEqualTo(76);
  }
}
