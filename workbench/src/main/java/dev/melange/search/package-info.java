/**
 * Search over the papers: words and meaning, fused.
 *
 * <p>{@link dev.melange.search.PaperSearch} is the entry point. A query's text is read by {@link
 * dev.melange.search.QueryParser} into a {@link dev.melange.search.SearchQuery}, which never fails:
 * what was not understood becomes a notice. Its words are ranked by BM25F over title, abstract,
 * authors and keywords ({@link dev.melange.search.LexicalQuery}), its meaning by the cosine of
 * sentence vectors ({@link dev.melange.search.TextEncoder}); the two rankings are joined by
 * reciprocal ranks ({@link dev.melange.search.Fusion}). Whoever types a paper's whole name, with or
 * without spaces, hyphens and capitals, wants that paper: papers of that name are a third ranking.
 *
 * <p>Full text and vectors lie side by side in one Lucene index ({@link
 * dev.melange.search.PaperIndex}), which is a copy of the store: it follows the store's changes and
 * is built anew whenever it is missing or broken. Readers always see a whole state of it.
 */
package dev.melange.search;
