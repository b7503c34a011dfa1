package dev.melange.papers.gpt;

import dev.melange.data.ContentHash;
import dev.melange.data.DataSets;
import dev.melange.data.Source;
import dev.melange.data.TextFile;
import dev.melange.optim.Optimizer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.train.TrainingListener;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A small character model of the bundled novel. It is trained when it is first needed, in about a
 * minute, and kept with the other models.
 */
public final class SmallGpt {
  /** Its name. */
  public static final String NAME = "gpt-small";

  private static final String SET = "austen-emma";
  private static final String FILE = "austen-emma.txt.gz";

  private final CharGptStore store;
  private final CharGptRecipe recipe;

  /** In the usual folder, by the usual recipe. */
  public SmallGpt() {
    this(CharGptStore.standard(), CharGptRecipe.SMALL);
  }

  SmallGpt(CharGptStore store, CharGptRecipe recipe) {
    this.store = store;
    this.recipe = recipe;
  }

  private static Source source() throws IOException {
    return DataSets.standard().where(SET).source(FILE);
  }

  private CharGptStore.Key key() throws IOException {
    String hash = ContentHash.of(source()).sha256();
    return new CharGptStore.Key(recipe, SET + "/" + FILE, hash, 0);
  }

  /** Its file, if it was trained before. */
  public Optional<Path> find() throws IOException {
    return store.find(key());
  }

  /**
   * The model, in inference mode; trained first if it is not there. To be closed.
   *
   * @param listener is told how the training goes
   * @param cancelled asked now and then whether to save and stop; the next call goes on from there
   * @throws dev.melange.train.TrainingStopped if it was stopped
   */
  public CharGpt load(TrainingListener listener, BooleanSupplier cancelled) throws IOException {
    CharGptStore.Key key = key();
    Path file = store.file(key);
    if (Files.isRegularFile(file)) {
      return CharGpt.load(file);
    }
    Path checkpoints = file.resolveSibling(file.getFileName() + ".training");
    String text = TextFile.read(source());
    try (Scope scope = Scope.open();
        CharGpt model = new CharGpt(recipe.config(text), new Rng(key.seed()));
        Optimizer optimizer = recipe.optimizer(model)) {
      TrainingResult result =
          recipe
              .trainer(model, optimizer, text, key.seed())
              .checkpoints(checkpoints)
              .listener(listener)
              .cancellation(cancelled)
              .fit();
      store.keep(key, model, CharGptStore.History.of(result.history()));
    }
    delete(checkpoints);
    return CharGpt.load(file);
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
