/**
 * The command line. {@link dev.melange.cli.Main} is the root command; every command is one class
 * that extends {@link dev.melange.cli.Subcommand} and one line in the root's list.
 *
 * <p>Commands hold nothing but their options: what they work with is loaded when they run, so that
 * {@code melange papers} starts without loading the engine.
 */
package dev.melange.cli;
