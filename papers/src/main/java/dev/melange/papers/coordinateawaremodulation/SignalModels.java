package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Layer;
import dev.melange.optim.Adam;
import dev.melange.optim.ParameterGroup;
import dev.melange.optim.Schedule;
import dev.melange.papers.fields.Places;
import dev.melange.papers.fields.PointField;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalField;
import dev.melange.papers.fields.SignalModel;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The paper's networks for signals of one's own: {@code cam}, and what it is compared with. */
final class SignalModels {
  private static final double RATE = 1e-3;
  private static final double VIDEO_RATE = 5e-4;
  private static final double GRIDS_FASTER = 10;
  private static final int CELL = 160;

  private SignalModels() {}

  /** All of them. */
  static List<SignalModel> all() {
    return List.of(new Cam(), new Ffn(), new Grid());
  }

  /** The network that the paper proposes, for lines, images and videos. */
  private static final class Cam implements SignalModel {
    @Override
    public String name() {
      return "cam";
    }

    @Override
    public String description() {
      return "features modulated by grids over the coordinates (CAM)";
    }

    @Override
    public boolean fits(Signal.Kind kind) {
      return true;
    }

    @Override
    public Record config(Signal.Shape shape) {
      int channels = shape.channels().size();
      return switch (shape.kind()) {
        case LINE ->
            new CamLine.Config("cam_pe", 64, 3, channels, Math.min(256, shape.sizes().get(0)));
        case IMAGE -> image(true, channels);
        case VIDEO -> VideoField.config(shape);
      };
    }

    @Override
    public SignalField create(Record config, Signal.Shape shape, Rng rng) {
      int channels = shape.channels().size();
      if (config instanceof CamLine.Config line) {
        CamLine network = new CamLine(line, rng);
        return new PointField(
            network, Places.ENDS, channels, groups(network), () -> lineGrids(network));
      }
      return config instanceof CamVideo.Config video
          ? new VideoField(video, shape, rng)
          : imageField((CamImage.Config) config, channels, rng);
    }

    @Override
    public double learningRate(Signal.Kind kind) {
      return kind == Signal.Kind.VIDEO ? VIDEO_RATE : RATE;
    }

    @Override
    public Adam.Config optimizer(Signal.Kind kind) {
      return kind == Signal.Kind.VIDEO ? Adam.Config.ADAM.withBetas(0.5, 0.999) : Adam.Config.ADAM;
    }

    @Override
    public Schedule schedule(Signal.Kind kind, double rate, long steps) {
      return switch (kind) {
        case LINE -> SignalModel.super.schedule(kind, rate, steps);
        case IMAGE -> imageSchedule(rate, steps);
        case VIDEO -> Schedule.cosine(rate, Math.max(1, steps / 5), 0, Math.max(2, steps), 0);
      };
    }

    @Override
    public Optional<Frequency> frequency(Signal.Kind kind) {
      return kind == Signal.Kind.IMAGE ? Optional.of(sigma()) : Optional.empty();
    }
  }

  /** The same without modulation: an MLP of random Fourier features. */
  private static final class Ffn implements SignalModel {
    @Override
    public String name() {
      return "ffn";
    }

    @Override
    public String description() {
      return "as cam for images, without modulation";
    }

    @Override
    public boolean fits(Signal.Kind kind) {
      return kind == Signal.Kind.IMAGE;
    }

    @Override
    public Record config(Signal.Shape shape) {
      return image(false, shape.channels().size());
    }

    @Override
    public SignalField create(Record config, Signal.Shape shape, Rng rng) {
      return imageField((CamImage.Config) config, shape.channels().size(), rng);
    }

    @Override
    public double learningRate(Signal.Kind kind) {
      return RATE;
    }

    @Override
    public Schedule schedule(Signal.Kind kind, double rate, long steps) {
      return imageSchedule(rate, steps);
    }

    @Override
    public Optional<Frequency> frequency(Signal.Kind kind) {
      return Optional.of(sigma());
    }
  }

  /** Features in a grid, read by a small MLP. */
  private static final class Grid implements SignalModel {
    @Override
    public String name() {
      return "grid";
    }

    @Override
    public String description() {
      return "a grid of features and a small MLP";
    }

    @Override
    public boolean fits(Signal.Kind kind) {
      return true;
    }

    /** Cells along the axes of the signal, the first axis last; fewer values than the signal. */
    @Override
    public Record config(Signal.Shape shape) {
      List<Integer> sizes = shape.sizes();
      int channels = shape.channels().size();
      return switch (shape.kind()) {
        case LINE -> grid(List.of(Math.max(8, Math.min(1024, sizes.get(0) / 8))), 8, channels);
        case IMAGE -> grid(List.of(64, 64), 16, channels);
        case VIDEO ->
            grid(
                List.of(
                    Math.min(32, sizes.get(2)),
                    Math.min(32, sizes.get(1)),
                    Math.min(16, sizes.get(0))),
                8,
                channels);
      };
    }

    private static GridField.Config grid(List<Integer> cells, int features, int channels) {
      return new GridField.Config(cells, features, 64, 2, channels, true);
    }

    @Override
    public SignalField create(Record config, Signal.Shape shape, Rng rng) {
      GridField.Config cells = (GridField.Config) config;
      if (cells.grid().size() != shape.sizes().size()) {
        throw new IllegalArgumentException(
            "grid has a size for each axis of the signal, %d of this %s, got %s"
                .formatted(shape.sizes().size(), shape, cells.grid()));
      }
      GridField network = new GridField(cells, rng);
      return new PointField(
          network, Places.CENTRES, shape.channels().size(), groups(network), List::of);
    }

    @Override
    public double learningRate(Signal.Kind kind) {
      return RATE;
    }
  }

  private static CamImage.Config image(boolean modulated, int channels) {
    return new CamImage.Config(modulated, channels, 256, 3, 256, 10, -1, 32, 32);
  }

  private static SignalField imageField(CamImage.Config config, int channels, Rng rng) {
    CamImage network = new CamImage(config, rng);
    return new PointField(
        network, Places.CENTRES, channels, groups(network), () -> imageGrids(network));
  }

  private static SignalModel.Frequency sigma() {
    return new SignalModel.Frequency(
        "sigma", IntStream.rangeClosed(1, 20).mapToObj(i -> (double) i).toList(), 128);
  }

  /** A tenth of the rate from half of the steps on, a hundredth from three quarters on. */
  static Schedule imageSchedule(double rate, long steps) {
    return steps < 4
        ? Schedule.constant(rate)
        : Schedule.milestones(rate, 0.1, steps / 2, steps * 3 / 4);
  }

  /** Parameters in two groups: grids learn ten times as fast as the network (appendix). */
  static List<ParameterGroup> groups(Layer network) {
    Map<String, Tensor> grids = new LinkedHashMap<>();
    Map<String, Tensor> others = new LinkedHashMap<>();
    network
        .parameters()
        .forEach(
            (name, tensor) -> {
              boolean grid = name.contains("affine") || name.equals("grid");
              (grid ? grids : others).put(name, tensor);
            });
    List<ParameterGroup> groups = new ArrayList<>();
    groups.add(new ParameterGroup("network", others, 1, 0));
    if (!grids.isEmpty()) {
      groups.add(new ParameterGroup("grids", grids, GRIDS_FASTER, 0));
    }
    return groups;
  }

  /** Scale and shift of each layer over the image. */
  static List<ImageGrid> imageGrids(CamImage network) {
    List<Tile> scales = new ArrayList<>();
    List<Tile> shifts = new ArrayList<>();
    for (Tensor grid : network.grids()) { // [1, 2, columns' axis, rows' axis]
      scales.add(plane(grid, 0));
      shifts.add(plane(grid, 1));
    }
    return scales.isEmpty()
        ? List.of()
        : List.of(
            ImageGrid.titled("Learned scales and shifts over the image, layer by layer")
                .row("scale", scales)
                .row("shift", shifts)
                .cellWidth(CELL)
                .build());
  }

  // The first coordinate, the row, runs along the tensor's last axis.
  private static Tile plane(Tensor grid, int which) {
    int a = (int) grid.size(2);
    int b = (int) grid.size(3);
    float[] values = grid.detach().to(dev.melange.tensor.Device.CPU).toFloats();
    double[][] picture = new double[b][a];
    for (int row = 0; row < b; row++) {
      for (int column = 0; column < a; column++) {
        picture[row][column] = values[(which * a + column) * b + row];
      }
    }
    return Tile.heat(picture, ColorMap.VIRIDIS);
  }

  private static List<ImageGrid> lineGrids(CamLine network) {
    if (network.grids().isEmpty()) {
      return List.of();
    }
    List<Tile> scales = new ArrayList<>();
    List<Tile> shifts = new ArrayList<>();
    for (Tensor grid : network.grids()) { // [1, 2, G, 1]
      float[] values = grid.detach().to(dev.melange.tensor.Device.CPU).toFloats();
      int cells = values.length / 2;
      double[][] scale = new double[1][cells];
      double[][] shift = new double[1][cells];
      for (int i = 0; i < cells; i++) {
        scale[0][i] = values[i];
        shift[0][i] = values[cells + i];
      }
      scales.add(Tile.heat(stretched(scale), ColorMap.VIRIDIS));
      shifts.add(Tile.heat(stretched(shift), ColorMap.VIRIDIS));
    }
    return List.of(
        ImageGrid.titled("Learned scales and shifts along the line, layer by layer")
            .row("scale", scales)
            .row("shift", shifts)
            .cellWidth(CELL)
            .build());
  }

  private static double[][] stretched(double[][] row) {
    int height = Math.max(1, row[0].length / 8);
    double[][] tall = new double[height][];
    java.util.Arrays.fill(tall, row[0]);
    return tall;
  }
}
