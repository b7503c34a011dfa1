package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Layer;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.List;

/** A radiance field of one of the paper's kinds, and the colours of rays through it. */
final class SceneField implements AutoCloseable {
  /** The kinds: not modulated, by planes over positions, by the view, by time, moving. */
  static final List<String> KINDS = List.of("plain", "planes", "view", "time", "dynamic");

  private static final int TRIES = 20;
  private static final int PROBES = 512;

  private final String kind;
  private final CamNerf still; // null for a moving scene
  private final CamDynamicNerf moving; // null otherwise

  private SceneField(String kind, CamNerf.Config config, Rng rng) {
    this.kind = kind;
    moving = kind.equals("dynamic") ? new CamDynamicNerf(config, rng) : null;
    still = moving == null ? new CamNerf(config, rng) : null;
  }

  /** A small network of a kind. */
  static CamNerf.Config config(String kind) {
    int coordinates =
        switch (kind) {
          case "plain" -> 0;
          case "time", "dynamic" -> 1;
          case "view" -> 2;
          case "planes" -> 3;
          default ->
              throw new IllegalArgumentException(
                  "unknown kind of scene '%s'; there are %s"
                      .formatted(kind, String.join(", ", KINDS)));
        };
    return new CamNerf.Config(4, 64, 2, 1, 32, coordinates, kind.equals("dynamic") ? 5 : 64);
  }

  /** Whether a kind needs the time of each picture. */
  static boolean needsTime(String kind) {
    return kind.equals("time") || kind.equals("dynamic");
  }

  /**
   * An untrained field. Densities are cut at zero, and where all are, nothing is learned: initial
   * weights are drawn until some are not.
   */
  static SceneField create(String kind, CamNerf.Config config, Rng rng) {
    if (config.coord_dim() != config(kind).coord_dim()) {
      throw new IllegalArgumentException(
          "a field of kind %s has coord_dim %d, got %d"
              .formatted(kind, config(kind).coord_dim(), config.coord_dim()));
    }
    for (int i = 0; ; i++) {
      SceneField field = new SceneField(kind, config, rng.fork(i));
      if (i == TRIES || field.hasDensity(rng.fork(TRIES, i))) {
        return field;
      }
      field.close();
    }
  }

  private boolean hasDensity(Rng rng) {
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor points = rng.uniform(PROBES, 3).mul(2.0).sub(1.0);
      Tensor along = points.zerosLike().add(Math.sqrt(1.0 / 3));
      Tensor sigma = radiance(points, along, Tensor.zeros(PROBES, 1)).sigma();
      return sigma.gt(0.0).to(sigma.dtype()).mean().item() > 0.1;
    }
  }

  Layer network() {
    return still == null ? moving : still;
  }

  String kind() {
    return kind;
  }

  /** Colour and density at points [n, 3], seen along directions [n, 3] at times [n, 1]. */
  CamNerf.Radiance radiance(Tensor points, Tensor directions, Tensor times) {
    if (moving != null) {
      return moving.forward(points, times, directions);
    }
    Tensor coordinates =
        switch (kind) {
          case "time" -> times.mul(2.0).sub(1.0);
          case "view" -> view(directions);
          default -> null;
        };
    return still.forward(points, directions, coordinates);
  }

  // Elevation runs along the grid's last axis, azimuth along the one before; both in [-1, 1].
  private static Tensor view(Tensor directions) {
    Tensor x = directions.narrow(1, 0, 1);
    Tensor y = directions.narrow(1, 1, 1);
    Tensor z = directions.narrow(1, 2, 1);
    Tensor azimuth = y.atan2(x).div(Math.PI);
    Tensor elevation = z.atan2(x.square().add(y.square()).sqrt()).mul(-2 / Math.PI);
    return Tensor.cat(1, elevation, azimuth);
  }

  /**
   * What rays show.
   *
   * @param origins [R, 3]
   * @param directions of length 1, [R, 3]
   * @param times [R, 1]
   * @param edges limits of the intervals along the rays, [R, N + 1]
   */
  VolumeRendering.Rendering render(
      Tensor origins, Tensor directions, Tensor times, Tensor edges, double background) {
    long rays = edges.size(0);
    long samples = edges.size(1) - 1;
    Tensor middle = edges.narrow(1, 0, samples).add(edges.narrow(1, 1, samples)).mul(0.5);
    Tensor points =
        origins
            .unsqueeze(1)
            .add(directions.unsqueeze(1).mul(middle.unsqueeze(2))) // [R, N, 3]
            .reshape(-1, 3);
    Tensor along = directions.unsqueeze(1).expand(rays, samples, 3).reshape(-1, 3);
    Tensor when = times.unsqueeze(1).expand(rays, samples, 1).reshape(-1, 1);
    CamNerf.Radiance radiance = radiance(points, along, when);
    return VolumeRendering.render(
        edges,
        radiance.sigma().reshape(rays, samples),
        radiance.rgb().reshape(rays, samples, 3),
        Tensor.full(background, 3).to(Engine.get().device()));
  }

  /** The intervals with more limits where the weights are large: [R, N + 1 + M]. */
  static Tensor finer(Tensor edges, Tensor weights, Tensor u) {
    return Autograd.noGrad(
        () -> {
          Tensor more = VolumeRendering.samplePdf(edges, weights.detach(), u);
          return Tensor.cat(1, edges, more).sort(1, false).values();
        });
  }

  @Override
  public void close() {
    network().close();
  }
}
