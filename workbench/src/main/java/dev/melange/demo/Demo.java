package dev.melange.demo;

import dev.melange.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A small demonstration of a paper's method. */
public interface Demo {
  /** The paper's key in the catalogue. */
  String key();

  /** What it does, as a heading: {@code Draw a digit}. */
  String title();

  /** What it does and with which model, in a sentence or two. */
  String about();

  /** What it asks for. */
  List<Field> fields();

  /** The names of its weights' files; none if it needs no training. */
  List<String> weights();

  /**
   * Trains the weights on bundled data.
   *
   * @param folder of the demonstration, where its {@link #weights} are written, each atomically
   * @param hook completes each trainer, with a listener for instance
   * @return how good they are, in a sentence
   * @throws java.util.concurrent.CancellationException if the hook had the training stopped
   */
  String train(Path folder, Consumer<Trainer> hook) throws IOException;

  /**
   * Runs it.
   *
   * @param input what was given
   * @param folder of the demonstration, with its weights
   * @param cancelled asked now and then whether nobody waits any longer
   * @throws IllegalArgumentException if the input is at fault; says what was expected
   * @throws dev.melange.data.DataException if a file of the input is
   * @throws IOException if the weights cannot be read
   */
  DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled) throws IOException;
}
