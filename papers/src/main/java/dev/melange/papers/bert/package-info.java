/** The BERT encoder with its heads, and its WordPiece tokeniser. */
package dev.melange.papers.bert;
