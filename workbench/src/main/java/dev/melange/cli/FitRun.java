package dev.melange.cli;

import dev.melange.papers.forecast.Recipe;
import dev.melange.train.Trainer;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The trainings of a command in its folder, with progress and checkpoints. The folder is made when
 * the first one begins: until then the data may turn out to be unusable.
 */
final class FitRun implements Recipe.Run {
  /** Keeps in the folder what was asked for. */
  interface Request {
    void write(Path folder) throws IOException;
  }

  private final Console console;
  private final Cancellation cancellation;
  private final RunFolderOptions folders;
  private final String command;
  private final String model;
  private final Request request;
  private Path folder; // null until it is made

  /**
   * Trainings.
   *
   * @param command names the folder
   * @param model what progress calls the model
   * @param folder of an interrupted run; null to make one
   * @param request written into a new folder
   */
  FitRun(
      Console console,
      Cancellation cancellation,
      RunFolderOptions folders,
      String command,
      String model,
      Path folder,
      Request request) {
    this.console = console;
    this.cancellation = cancellation;
    this.folders = folders;
    this.command = command;
    this.model = model;
    this.folder = folder;
    this.request = request;
  }

  /** The folder; made if it is not there yet. */
  Path folder() throws IOException {
    if (folder == null) {
      folder = folders.begin(command.replace(' ', '-'));
      request.write(folder);
    }
    return folder;
  }

  /** Trainings of another model in the same folder, which must be there. */
  FitRun of(String other) {
    return new FitRun(console, cancellation, folders, command, other, folder, request);
  }

  /** Tells how an interrupted run goes on. */
  void tellInterrupted() {
    if (folder != null) {
      console.warn("interrupted; go on with: melange %s --resume %s".formatted(command, folder));
    }
  }

  @Override
  public TrainingResult fit(Trainer trainer) throws IOException {
    return fit("", trainer);
  }

  @Override
  public TrainingResult fit(String stage, Trainer trainer) throws IOException {
    Path checkpoints = folder().resolve("checkpoints").resolve(stage);
    try (FitProgress progress =
        new FitProgress(console, (stage.isEmpty() ? "fitting" : stage) + " " + model)) {
      return trainer
          .checkpoints(Files.createDirectories(checkpoints))
          .listener(progress)
          .cancellation(cancellation)
          .fit();
    }
  }
}
