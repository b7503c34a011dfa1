package dev.melange.papers.maxim;

import dev.melange.component.Default;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The mean over what a network makes of an image that is turned and mirrored: four quarter turns,
 * or these of the image and of its mirror image.
 */
public final class GeometricEnsemble {
  /**
   * Configuration.
   *
   * @param times 4 for the turns, 8 for turns and mirror images
   */
  public record Config(@Default("8") int times) {
    /** Checks the number. */
    public Config {
      if (times != 4 && times != 8) {
        throw new IllegalArgumentException("times must be 4 or 8, got " + times);
      }
    }
  }

  private final int times;
  private final int rowDim;
  private final int columnDim;

  /**
   * An ensemble.
   *
   * @param config how many versions
   * @param rowDim the dimension of the rows of the image
   * @param columnDim the dimension of its columns
   */
  public GeometricEnsemble(Config config, int rowDim, int columnDim) {
    times = config.times;
    this.rowDim = rowDim;
    this.columnDim = columnDim;
  }

  /** How many versions there are. */
  public int times() {
    return times;
  }

  /** The image turned counter-clockwise by {@code version % 4} quarters; from 4 on, mirrored. */
  public Tensor version(Tensor image, int version) {
    return turn(version < 4 ? image : image.flip(columnDim), version % 4);
  }

  /** What a network made of a version, turned back. */
  public Tensor undo(Tensor prediction, int version) {
    Tensor upright = turn(prediction, (4 - version % 4) % 4);
    return version < 4 ? upright : upright.flip(columnDim);
  }

  /** All versions of a square image, stacked in a new first dimension. */
  Tensor versions(Tensor image) {
    if (image.size(rowDim) != image.size(columnDim)) {
      throw new IllegalArgumentException(
          "turned versions can be stacked only of square images, got " + image);
    }
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      all.add(version(image, i));
    }
    return Tensor.stack(0, all.toArray(Tensor[]::new));
  }

  /** The mean of what a network made of all versions, stacked in the first dimension. */
  Tensor merge(Tensor predictions) {
    if (predictions.size(0) != times) {
      throw new IllegalArgumentException(
          "expected %d predictions, got %d".formatted(times, predictions.size(0)));
    }
    Tensor sum = undo(predictions.get(0), 0);
    for (int i = 1; i < times; i++) {
      sum = sum.add(undo(predictions.get(i), i));
    }
    return sum.div((double) times);
  }

  private Tensor turn(Tensor x, int quarters) {
    return switch (quarters) {
      case 0 -> x;
      case 1 -> x.transpose(rowDim, columnDim).flip(rowDim);
      case 2 -> x.flip(rowDim, columnDim);
      default -> x.transpose(rowDim, columnDim).flip(columnDim);
    };
  }
}
