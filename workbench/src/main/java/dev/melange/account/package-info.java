/**
 * Accounts of a page that others reach: signing in by a mailed link ({@link
 * dev.melange.account.SignIns}), logins ({@link dev.melange.account.Logins}), tokens for programs
 * ({@link dev.melange.account.ApiTokens}), and what an owner does with users ({@link
 * dev.melange.account.Accounts}). There are no passwords; of every secret only a hash is stored.
 */
package dev.melange.account;
