/**
 * The store of the Daily Papers page: papers, listings, votes, comments and all that users keep.
 *
 * <p>{@link dev.melange.store.Database} opens the embedded H2 database in the user's folder or any
 * PostgreSQL by its JDBC URL, and brings its schema up to date. On it stand small stores by topic,
 * each made with {@code new XyzStore(database)}; all are safe for use by many threads and hold no
 * state of their own. Every change is one transaction; counts that are kept ({@code paper_stat})
 * change in the transaction of the rows they count.
 *
 * <p>The schema lies in {@code src/main/resources/dev/melange/store}: {@code common} for both
 * databases, {@code h2} and {@code postgresql} for what differs. Released migrations never change.
 */
package dev.melange.store;
