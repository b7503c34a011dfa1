package dev.melange.store;

/**
 * An organisation papers are listed under.
 *
 * @param id in the store
 * @param slug its short name in addresses, or null
 * @param name its name
 */
public record Organisation(long id, String slug, String name) {}
