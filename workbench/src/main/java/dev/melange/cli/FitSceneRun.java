package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.ContentHash;
import dev.melange.data.Source;
import dev.melange.io.AtomicFiles;
import dev.melange.papers.coordinateawaremodulation.CamNerf;
import dev.melange.papers.coordinateawaremodulation.FittedScene;
import dev.melange.papers.coordinateawaremodulation.PosedImages;
import dev.melange.papers.coordinateawaremodulation.SceneFit;
import dev.melange.papers.coordinateawaremodulation.SceneFolder;
import dev.melange.papers.coordinateawaremodulation.VolumeRendering;
import dev.melange.report.Chart;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Table;
import dev.melange.report.Tile;
import dev.melange.train.EpochRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fits a scene and writes what came of it. */
final class FitSceneRun {
  static final String RESULT = "result.json";
  private static final String SCENE = "scene.safetensors";
  private static final String REPORT = "report.html";
  private static final int CELL = 200;

  private final SceneFitSettings settings;
  private final SceneFolder.Scene scene;
  private final CamNerf.Config config;
  private final Path folder;
  private final Console console;

  FitSceneRun(
      SceneFitSettings settings,
      SceneFolder.Scene scene,
      CamNerf.Config config,
      Path folder,
      Console console) {
    this.settings = settings;
    this.scene = scene;
    this.config = config;
    this.folder = folder;
    this.console = console;
  }

  int run(Cancellation cancellation) throws IOException {
    try (FittedScene fitted = fit(cancellation)) {
      Map<String, String> hashes = new LinkedHashMap<>();
      if (!settings.isBundled()) {
        for (PosedImages.View view : scene.train().views()) {
          hashes.put(view.name(), ContentHash.of(Source.of(Path.of(view.name()))).sha256());
        }
      }
      fitted.save(folder.resolve(SCENE), hashes);
      List<PosedImages.View> views = scene.test().views();
      List<FittedScene.Picture> rendered = new ArrayList<>();
      for (PosedImages.View view : views) {
        rendered.add(fitted.render(scene.test().camera(), view.cameraToWorld(), view.time()));
      }
      List<EpochRecord> history = fitted.training().orElseThrow().history();
      MetricsFile.write(folder, "evaluation", history, List.of("psnr"));
      ObjectNode json = json(fitted, views, rendered);
      report(history, views, rendered, json);
      AtomicFiles.write(folder.resolve(RESULT), json.toPrettyString() + "\n");
      console.result(() -> json, () -> print(json));
    }
    return ExitCode.OK;
  }

  private FittedScene fit(Cancellation cancellation) throws IOException {
    console.note(
        "%s: %d pictures to learn from and %d held out, %d x %d pixels; field '%s', %,d steps"
            .formatted(
                settings.data(),
                scene.train().views().size(),
                scene.test().views().size(),
                scene.train().camera().height(),
                scene.train().camera().width(),
                settings.model(),
                settings.options().steps()));
    return Fitting.run(
        console,
        cancellation,
        FitSceneCommand.COMMAND,
        folder,
        run -> SceneFit.fit(scene, settings.model(), config, settings.options(), run));
  }

  private ObjectNode json(
      FittedScene fitted, List<PosedImages.View> views, List<FittedScene.Picture> rendered) {
    ObjectNode json = Json.object();
    json.put("folder", folder.toString());
    json.put("scene", folder.resolve(SCENE).toString());
    json.put("report", folder.resolve(REPORT).toString());
    json.put("model", settings.model());
    json.set("config", Configs.toJson(config));
    json.put("parameters", fitted.parameterCount());
    json.put("steps", settings.options().steps());
    json.put("training_pictures", scene.train().views().size());
    ArrayNode tests = Json.array();
    double sum = 0;
    for (int i = 0; i < views.size(); i++) {
      double psnr = FittedScene.psnr(rendered.get(i), views.get(i));
      sum += psnr;
      tests.addObject().put("picture", views.get(i).name()).put("psnr", psnr);
    }
    json.put("psnr", sum / views.size());
    json.set("held_out", tests);
    return json;
  }

  private static String summary(ObjectNode json) {
    return String.format(
        Locale.ROOT,
        "PSNR %.2f dB on %d held-out view%s, %s with %,d parameters",
        json.get("psnr").asDouble(),
        json.get("held_out").size(),
        json.get("held_out").size() == 1 ? "" : "s",
        json.get("model").asText(),
        json.get("parameters").asLong());
  }

  private void report(
      List<EpochRecord> history,
      List<PosedImages.View> views,
      List<FittedScene.Picture> rendered,
      ObjectNode json) {
    Report report = new Report(settings.data() + " as a radiance field");
    report.subtitle(summary(json));
    ImageGrid.Builder grid =
        ImageGrid.titled("Views that were held out")
            .columns("picture", "rendered", "error", "depth")
            .cellWidth(CELL);
    Table.Builder table =
        Table.titled("Held-out views").text("picture").number("PSNR (dB)", "%.2f");
    VolumeRendering.Camera camera = scene.test().camera();
    for (int i = 0; i < views.size(); i++) {
      PosedImages.View view = views.get(i);
      double psnr = FittedScene.psnr(rendered.get(i), view);
      table.row(view.name(), psnr);
      grid.row(
          "",
          tile(view.colours(), camera),
          tile(rendered.get(i).colours(), camera)
              .captioned(String.format(Locale.ROOT, "%.2f dB", psnr)),
          error(view.colours(), rendered.get(i).colours(), camera),
          depth(rendered.get(i), camera));
    }
    report.images(grid.build()).table(table.build());
    report.section("Training");
    double[] steps = history.stream().mapToDouble(EpochRecord::step).toArray();
    report.charts(
        Chart.xy("PSNR on the first held-out views")
            .x("step")
            .y("PSNR (dB)")
            .line(
                settings.model(),
                steps,
                history.stream().mapToDouble(e -> e.metrics().get("psnr")).toArray())
            .build());
    Map<String, Object> facts = new LinkedHashMap<>();
    settings.toJson().properties().forEach(e -> facts.put(e.getKey(), e.getValue()));
    report.section("Settings").facts(facts);
    report.write(folder.resolve(REPORT));
  }

  private static Tile tile(float[] colours, VolumeRendering.Camera camera) {
    int pixels = camera.height() * camera.width();
    float[] planar = new float[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < 3; c++) {
        planar[c * pixels + i] = colours[3 * i + c];
      }
    }
    return Tile.chw(planar, 3, camera.height(), camera.width());
  }

  private static Tile error(float[] truth, float[] ours, VolumeRendering.Camera camera) {
    double[][] map = new double[camera.height()][camera.width()];
    for (int i = 0; i < truth.length; i++) {
      int pixel = i / 3;
      map[pixel / camera.width()][pixel % camera.width()] += Math.abs(truth[i] - ours[i]) / 3;
    }
    return Tile.colored(map, ColorMap.INFERNO, 0, 0.3);
  }

  // The background has no depth.
  private Tile depth(FittedScene.Picture picture, VolumeRendering.Camera camera) {
    double[][] map = new double[camera.height()][camera.width()];
    for (int i = 0; i < picture.depth().length; i++) {
      boolean there = picture.opacity()[i] > 0.5;
      map[i / camera.width()][i % camera.width()] = there ? picture.depth()[i] : Double.NaN;
    }
    return Tile.colored(map, ColorMap.VIRIDIS, settings.options().far(), settings.options().near());
  }

  private void print(ObjectNode json) {
    console.line(console.bold(summary(json)));
    console.line("scene:   " + json.get("scene").asText());
    console.line("report:  " + json.get("report").asText());
    console.line(
        "render:  melange fit-scene render %s --frames 40 -o turn/"
            .formatted(json.get("scene").asText()));
  }
}
