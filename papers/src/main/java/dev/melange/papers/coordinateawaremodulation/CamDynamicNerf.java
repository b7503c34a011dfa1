package dev.melange.papers.coordinateawaremodulation;

import dev.melange.nn.Init;
import dev.melange.nn.Layer;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;

/**
 * The radiance field of a moving scene (section 4.4): positions are shifted by an MLP of position
 * and time, and time modulates the base layers of the field.
 */
public final class CamDynamicNerf extends Layer {
  private static final int WARP_DEPTH = 4;
  private static final int WARP_WIDTH = 64;
  private static final int WARP_SKIP = 2;
  private static final double FIRST_SHIFTS = 1e-4;

  private final SinusoidalEncoding positions;
  private final SinusoidalEncoding times;
  private final SkipMlp warp;
  private final CamNerf nerf;

  /**
   * A field that hardly shifts positions yet.
   *
   * @param config {@code grid_size} is the cells of time; {@code coord_dim} is taken as 1
   */
  public CamDynamicNerf(CamNerf.Config config, Rng rng) {
    var position = new SinusoidalEncoding.Config(3, 0, 4, true);
    var time = new SinusoidalEncoding.Config(1, 0, 4, true);
    positions = child("posi_encoder", new SinusoidalEncoding(position));
    times = child("time_encoder", new SinusoidalEncoding(time));
    int in = position.size() + time.size();
    warp =
        child(
            "warp",
            new SkipMlp(new SkipMlp.Shape(in, WARP_DEPTH, WARP_WIDTH, WARP_SKIP, 3), null, rng));
    Init.uniform(warp.lastWeight(), 0, FIRST_SHIFTS, rng);
    nerf = child("nerf", new CamNerf(config, CamNerf.time(config.grid_size()), rng));
  }

  /**
   * The radiance of points at a time.
   *
   * @param position [n, 3]
   * @param time in [0, 1], [n, 1]
   * @param direction of view, of length 1, [n, 3]
   */
  public CamNerf.Radiance forward(Tensor position, Tensor time, Tensor direction) {
    Tensor both = Tensor.cat(1, positions.forward(position), times.forward(time));
    Tensor shifted = position.add(warp.forward(both, null));
    return nerf.forward(shifted, direction, time.mul(2.0).sub(1.0));
  }
}
