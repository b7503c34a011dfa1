/** Plain text and its characters as numbers. */
package dev.melange.data.text;
