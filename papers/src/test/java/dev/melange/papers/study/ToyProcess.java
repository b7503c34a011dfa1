package dev.melange.papers.study;

import java.nio.file.Path;
import java.util.Map;

/**
 * A process that runs the toy study in a folder (made if the argument is {@code new}), and prints a
 * line per step. Started, and killed, by {@link StudyKillIT}.
 */
final class ToyProcess {
  private ToyProcess() {}

  public static void main(String[] args) throws Exception {
    StudyListener listener =
        new StudyListener() {
          @Override
          public void step(Place trial, long step, int epoch, double loss) {
            System.out.println(trial + " " + step);
          }
        };
    Path place = Path.of(args[1]);
    try (RunFolder folder =
        args[0].equals("new")
            ? ToyPaper.begin(place, Scale.QUICK, Map.of("seeds", "1"))
            : RunFolder.open(place)) {
      StudyRunner.run(new ToyPaper(), folder, listener, () -> false);
    }
    System.out.println("done");
  }
}
