/**
 * Coordinate-aware modulation (Lee, Rho, Nam, Ko and Park, ICLR 2024): neural fields whose hidden
 * features are scaled and shifted by values interpolated in small grids over the coordinates.
 *
 * <pre>
 *   modulation over coordinates    {@link dev.melange.papers.coordinateawaremodulation.CoordinateAwareModulation}
 *   modulation over time           {@link dev.melange.papers.coordinateawaremodulation.TemporalModulation}
 *   encodings of coordinates       {@link dev.melange.papers.coordinateawaremodulation.RandomFourierFeatures},
 *                                  {@link dev.melange.papers.coordinateawaremodulation.SinusoidalEncoding}
 *   lines and images               {@link dev.melange.papers.coordinateawaremodulation.CamLine}, {@link dev.melange.papers.coordinateawaremodulation.CamImage}
 *   scenes, moving scenes          {@link dev.melange.papers.coordinateawaremodulation.CamNerf}, {@link dev.melange.papers.coordinateawaremodulation.CamDynamicNerf}
 *   rays and rendering             {@link dev.melange.papers.coordinateawaremodulation.VolumeRendering}
 *   fits of scenes                 {@link dev.melange.papers.coordinateawaremodulation.SceneFit}, {@link dev.melange.papers.coordinateawaremodulation.FittedScene}
 *   pictures with cameras          {@link dev.melange.papers.coordinateawaremodulation.SceneFolder}, {@link dev.melange.papers.coordinateawaremodulation.SphereScene}
 *   videos                         {@link dev.melange.papers.coordinateawaremodulation.CamVideo}
 *   mixing and loss of frames      {@link dev.melange.papers.coordinateawaremodulation.FlowAggregation}, {@link dev.melange.papers.coordinateawaremodulation.FusionLoss}
 *   baselines                      {@link dev.melange.papers.coordinateawaremodulation.Siren}, {@link dev.melange.papers.coordinateawaremodulation.GridField}
 * </pre>
 */
package dev.melange.papers.coordinateawaremodulation;
