/**
 * Rows of fields: CSV and libfm text, vocabularies of categorical fields, and encoding to what a
 * model of clicks takes: 64-bit indices, 32-bit numbers, labels 0 and 1.
 */
package dev.melange.data.tabular;
