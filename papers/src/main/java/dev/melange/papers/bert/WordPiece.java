package dev.melange.papers.bert;

import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * BERT's tokeniser: words are cut greedily into the longest known pieces, pieces within a word
 * marked by {@code ##}.
 */
public final class WordPiece {
  /** Pieces a text is cut to by default, with the special tokens: what MiniLM was trained for. */
  public static final int DEFAULT_MAX_LENGTH = 256;

  private static final int LONGEST_WORD = 100; // in characters; longer words are unknown
  private static final Pattern SPECIAL = Pattern.compile("\\[(?:PAD|UNK|CLS|SEP|MASK)]");

  /**
   * A text, or a pair of texts.
   *
   * @param first a text
   * @param second another, or null
   */
  public record Input(String first, String second) {
    /** A single text. */
    public static Input of(String text) {
      return new Input(text, null);
    }
  }

  /**
   * Encoded texts, padded on the right to the longest; all int64 [N, T].
   *
   * @param ids token ids; 0 ([PAD]'s) where padded
   * @param types 0 for the first text and its end mark, 1 for the second; 0 where padded
   * @param mask 1 for tokens, 0 where padded
   */
  public record Batch(Tensor ids, Tensor types, Tensor mask) {}

  private record Encoded(List<Integer> ids, int firstLength) {}

  private final List<String> vocab;
  private final Map<String, Integer> idOf = new HashMap<>();
  private final boolean lowercase;
  private final int pad;
  private final int unknown;
  private final int begin;
  private final int end;

  /**
   * A tokeniser.
   *
   * @param vocab the tokens; a token's position is its id
   * @param lowercase whether accents are stripped and letters lower-cased
   * @throws IllegalArgumentException if a special token is missing or a token occurs twice
   */
  public WordPiece(List<String> vocab, boolean lowercase) {
    this.vocab = List.copyOf(vocab);
    this.lowercase = lowercase;
    for (int i = 0; i < vocab.size(); i++) {
      Integer other = idOf.put(vocab.get(i), i);
      if (other != null) {
        throw new IllegalArgumentException(
            "token '%s' occurs twice in the vocabulary, as %d and %d"
                .formatted(vocab.get(i), other, i));
      }
    }
    pad = special("[PAD]");
    unknown = special("[UNK]");
    begin = special("[CLS]");
    end = special("[SEP]");
    special("[MASK]");
  }

  private int special(String token) {
    Integer id = idOf.get(token);
    if (id == null) {
      throw new IllegalArgumentException(
          "the vocabulary of %d tokens lacks %s".formatted(vocab.size(), token));
    }
    return id;
  }

  /** The tokens by id. */
  public List<String> vocab() {
    return vocab;
  }

  /** The ids of a text's pieces, without marks at its begin and end. */
  public List<Integer> pieces(String text) {
    List<Integer> ids = new ArrayList<>();
    Matcher special = SPECIAL.matcher(text);
    int from = 0;
    // special tokens are cut out before anything else, so that they keep case and brackets
    while (special.find()) {
      addPieces(text.substring(from, special.start()), ids);
      ids.add(idOf.get(special.group()));
      from = special.end();
    }
    addPieces(text.substring(from), ids);
    return ids;
  }

  private void addPieces(String text, List<Integer> ids) {
    for (String word : WordSplitter.words(text, lowercase)) {
      ids.addAll(cut(word));
    }
  }

  /** The longest known pieces from the left; one [UNK] if any part is unknown. */
  private List<Integer> cut(String word) {
    int[] characters = word.codePoints().toArray();
    List<Integer> whole = List.of(unknown);
    if (characters.length > LONGEST_WORD) {
      return whole;
    }
    List<Integer> ids = new ArrayList<>();
    int start = 0;
    while (start < characters.length) {
      Integer id = null;
      int stop = characters.length;
      while (id == null && stop > start) {
        String piece = new String(characters, start, stop - start);
        id = idOf.get(start == 0 ? piece : "##" + piece);
        stop--;
      }
      if (id == null) {
        return whole;
      }
      ids.add(id);
      start = stop + 1;
    }
    return ids;
  }

  /** Encodes texts, each cut to {@link #DEFAULT_MAX_LENGTH} tokens. */
  public Batch encodeBatch(List<Input> inputs) {
    return encodeBatch(inputs, DEFAULT_MAX_LENGTH);
  }

  /**
   * Encodes texts as {@code [CLS] text [SEP]} and pairs as {@code [CLS] first [SEP] second [SEP]}.
   *
   * @param maxLength tokens per text or pair; longer ones lose pieces at the end, the longer text
   *     of a pair first
   * @throws IllegalArgumentException for no texts or no room for the marks
   */
  public Batch encodeBatch(List<Input> inputs, int maxLength) {
    if (inputs.isEmpty() || maxLength < 3) {
      throw new IllegalArgumentException(
          "encoding needs at least one text and room for 3 tokens, got %d texts and %d tokens"
              .formatted(inputs.size(), maxLength));
    }
    List<Encoded> rows = inputs.stream().map(input -> encode(input, maxLength)).toList();
    int n = rows.size();
    int width = rows.stream().mapToInt(row -> row.ids().size()).max().orElseThrow();
    long[] ids = new long[n * width];
    long[] types = new long[n * width];
    long[] mask = new long[n * width];
    java.util.Arrays.fill(ids, pad);
    for (int r = 0; r < n; r++) {
      Encoded row = rows.get(r);
      for (int i = 0; i < row.ids().size(); i++) {
        ids[r * width + i] = row.ids().get(i);
        types[r * width + i] = i < row.firstLength() ? 0 : 1;
        mask[r * width + i] = 1;
      }
    }
    return new Batch(
        Tensor.of(ids, n, width), Tensor.of(types, n, width), Tensor.of(mask, n, width));
  }

  private Encoded encode(Input input, int maxLength) {
    List<Integer> first = pieces(input.first());
    List<Integer> second =
        input.second() == null ? Collections.emptyList() : pieces(input.second());
    int marks = input.second() == null ? 2 : 3;
    int firstKept = first.size();
    int secondKept = second.size();
    while (firstKept + secondKept > maxLength - marks) {
      if (firstKept > secondKept) {
        firstKept--;
      } else {
        secondKept--;
      }
    }
    List<Integer> ids = new ArrayList<>();
    ids.add(begin);
    ids.addAll(first.subList(0, firstKept));
    ids.add(end);
    int firstLength = ids.size();
    if (input.second() != null) {
      ids.addAll(second.subList(0, secondKept));
      ids.add(end);
    }
    return new Encoded(ids, firstLength);
  }
}
