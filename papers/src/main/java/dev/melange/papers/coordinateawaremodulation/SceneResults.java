package dev.melange.papers.coordinateawaremodulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.metric.Summary;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.papers.study.Verdict;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.train.EpochRecord;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * The study's scene: spheres over a board, by a radiance field that planes over positions modulate,
 * and by one without.
 *
 * @param settings of the fits
 * @param trials of each kind, by seed
 */
record SceneResults(CamSettings.SceneFits settings, Map<String, List<JsonNode>> trials) {
  static final List<String> KINDS = List.of("plain", "planes");
  private static final String FILE = "scene.safetensors";
  private static final double MARGIN = 0.3; // dB
  private static final int SEEDS_FOR_A_VERDICT = 3;
  private static final int CELL = 200;

  /** Pictures to learn from, and others for the test. */
  static SceneFolder.Scene scene(CamSettings.SceneFits settings) {
    return new SceneFolder.Scene(
        SphereScene.pictures(settings.train(), settings.side(), false, 1),
        SphereScene.pictures(settings.test(), settings.side(), false, 2));
  }

  /** Fits the scene with a field of a kind. */
  static ObjectNode fit(CamSettings.SceneFits settings, String kind, Trial trial)
      throws IOException {
    SceneFolder.Scene scene = scene(settings);
    try (FittedScene fitted =
        SceneFit.fit(
            scene, kind, settings.config(kind), settings.options(trial.seed()), trial::train)) {
      fitted.save(trial.folder().resolve(FILE), Map.of());
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", fitted.parameterCount());
      json.put("psnr", fitted.psnr(scene.test(), settings.test()));
      ArrayNode steps = json.putArray("steps");
      ArrayNode losses = json.putArray("loss");
      ArrayNode psnr = json.putArray("psnr_by_step");
      for (EpochRecord epoch : fitted.training().orElseThrow().history()) {
        steps.add(epoch.step());
        losses.add(epoch.loss());
        psnr.add(epoch.metrics().get("psnr"));
      }
      return json;
    }
  }

  private double[] psnr(String kind) {
    return trials.get(kind).stream().mapToDouble(trial -> trial.get("psnr").asDouble()).toArray();
  }

  /** The verdict. */
  Finding finding() {
    double[] plain = psnr("plain");
    double[] planes = psnr("planes");
    double[] gains = new double[plain.length];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = planes[i] - plain[i];
    }
    Verdict verdict = Verdict.DOES_NOT_SHOW;
    if (gains.length >= SEEDS_FOR_A_VERDICT) {
      if (Arrays.stream(gains).allMatch(gain -> gain > MARGIN)) {
        verdict = Verdict.HOLDS;
      } else if (Arrays.stream(gains).allMatch(gain -> gain < -MARGIN)) {
        verdict = Verdict.FAILS;
      }
    }
    return new Finding(
        "Planes that modulate a small radiance field over positions give better new views: more than %s dB with every seed."
            .formatted(MARGIN),
        verdict,
        List.of(
            String.format(
                Locale.ROOT,
                "After %,d steps, on %d held-out views: %.2f dB without, %.2f dB with planes of %d x %d (by seed %s).",
                settings.steps(),
                settings.test(),
                Summary.of(plain).mean(),
                Summary.of(planes).mean(),
                settings.grid_size(),
                settings.grid_size(),
                Arrays.stream(gains)
                    .mapToObj(gain -> String.format(Locale.ROOT, "%+.2f", gain))
                    .toList()),
            "The planes add parameters, which a network without them does not get."),
        false);
  }

  /** PSNR on held-out views. */
  Table table() {
    Table.Builder table =
        Table.titled(
                "New views of a scene, %,d steps, %d seeds"
                    .formatted(settings.steps(), trials.get("plain").size()))
            .text("field")
            .number("parameters", "%,d")
            .number("PSNR (dB)", "%.2f", Table.Best.HIGHEST);
    for (String kind : KINDS) {
      Summary summary = Summary.of(psnr(kind));
      Object value =
          summary.count() == 1 ? summary.mean() : new Table.PlusMinus(summary.mean(), summary.sd());
      table.row(kind, trials.get(kind).get(0).get("parameters").asLong(), value);
    }
    return table.build();
  }

  /** PSNR by step. */
  Chart chart() {
    var chart = Chart.xy("New views").x("step").y("PSNR (dB) on some held-out views");
    for (String kind : KINDS) {
      List<JsonNode> all = trials.get(kind);
      chart.seeds(
          kind,
          array(all.get(0).get("steps")),
          all.stream().map(trial -> array(trial.get("psnr_by_step"))).toArray(double[][]::new));
    }
    return chart.build();
  }

  private static double[] array(JsonNode json) {
    return StreamSupport.stream(json.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** A held-out view, as each field renders it, with its depth. */
  ImageGrid pictures(StudyRun run) throws IOException {
    PosedImages test = scene(settings).test();
    PosedImages.View view = test.views().get(0);
    int side = settings.side();
    ImageGrid.Builder grid =
        ImageGrid.titled("A held-out view, first seed")
            .columns("the view", "rendered", "depth")
            .cellWidth(CELL);
    for (String kind : KINDS) {
      String trial = "scene-%s-s%d".formatted(kind, run.seed());
      try (FittedScene fitted =
          FittedScene.load(run.folder().resolve("trials").resolve(trial).resolve(FILE))) {
        var picture = fitted.render(test.camera(), view.cameraToWorld(), view.time());
        double[][] depth = new double[side][side];
        for (int i = 0; i < side * side; i++) {
          boolean there = picture.opacity()[i] > 0.5;
          depth[i / side][i % side] = there ? picture.depth()[i] : Double.NaN;
        }
        grid.row(
            kind,
            tile(view.colours(), side),
            tile(picture.colours(), side),
            Tile.colored(depth, ColorMap.VIRIDIS, fitted.options().far(), fitted.options().near()));
      }
    }
    return grid.build();
  }

  private static Tile tile(float[] colours, int side) {
    float[] planar = new float[colours.length];
    for (int i = 0; i < side * side; i++) {
      for (int c = 0; c < 3; c++) {
        planar[c * side * side + i] = colours[3 * i + c];
      }
    }
    return Tile.chw(planar, 3, side, side);
  }
}
