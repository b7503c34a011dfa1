package dev.melange.cli;

import dev.melange.papers.coordinateawaremodulation.CamNerf;
import dev.melange.papers.coordinateawaremodulation.SceneFit;
import dev.melange.papers.coordinateawaremodulation.SceneFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fits a radiance field to pictures with poses. */
@Command(
    name = "fit-scene",
    description =
        "Learn a scene from pictures whose cameras are known, and render it from elsewhere. Reads"
            + " the layout of NeRF's synthetic scenes: transforms_train.json and"
            + " transforms_test.json, or transforms.json. Writes scene.safetensors, report.html"
            + " with held-out views and depth, config.json and metrics.csv. Ctrl-C saves; --resume"
            + " goes on.",
    synopsisSubcommandLabel = "[render]",
    commandListHeading = "%nCommands:%n",
    subcommands = FitSceneRenderCommand.class,
    footer = {
      "  melange fit-scene --data spheres",
      "  melange fit-scene --data lego/ --model planes --steps 5000 --fine 32",
      "  melange fit-scene --data moving-spheres --model dynamic",
      "  melange fit-scene render runs/lego/scene.safetensors --frames 40 -o turn/",
      "  melange fit-scene --resume runs/fit-scene/20260101-120000"
    })
final class FitSceneCommand extends Subcommand {
  static final String COMMAND = "fit-scene";
  private static final Set<String> SETTINGS =
      Set.of(
          "--data",
          "--model",
          "--set",
          "--steps",
          "--rays",
          "--samples",
          "--fine",
          "--near",
          "--far",
          "--background",
          "--lr",
          "--every",
          "--test-views",
          "--seed");

  @Option(
      names = "--data",
      paramLabel = "FOLDER|NAME",
      description =
          "A folder of pictures with poses; or spheres or moving-spheres, scenes that come with"
              + " the library.")
  private String data;

  @Option(
      names = "--model",
      defaultValue = "planes",
      paramLabel = "KIND",
      description =
          "What modulates the network: plain (nothing), planes (the position), view (the view),"
              + " time; dynamic also moves points over time. Default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change a key of the network, such as net_width or grid_size; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Optimiser steps. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--rays",
      paramLabel = "N",
      defaultValue = "256",
      description = "Rays of a step. Default: ${DEFAULT-VALUE}.")
  private int rays;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "48",
      description = "Samples along a ray. Default: ${DEFAULT-VALUE}.")
  private int samples;

  @Option(
      names = "--fine",
      paramLabel = "N",
      defaultValue = "0",
      description = "Further samples where there is something. Default: ${DEFAULT-VALUE}.")
  private int fine;

  @Option(
      names = "--near",
      paramLabel = "DISTANCE",
      defaultValue = "2",
      description = "Where rays begin. Default: ${DEFAULT-VALUE}.")
  private double near;

  @Option(
      names = "--far",
      paramLabel = "DISTANCE",
      defaultValue = "6",
      description = "Where rays end. Default: ${DEFAULT-VALUE}.")
  private double far;

  @Option(
      names = "--background",
      paramLabel = "0..1",
      defaultValue = "1",
      description = "Behind everything: 0 black to 1 white. Default: ${DEFAULT-VALUE}.")
  private double background;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.001",
      description = "Learning rate at the start. Default: ${DEFAULT-VALUE}.")
  private double lr;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "250",
      description = "Steps between measurements of the PSNR. Default: ${DEFAULT-VALUE}.")
  private int every;

  @Option(
      names = "--test-views",
      paramLabel = "N",
      defaultValue = "5",
      description = "Held-out pictures that are rendered. Default: ${DEFAULT-VALUE}.")
  private int testViews;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of all randomness. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private RunFolderOptions folders;
  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    Path folder = null;
    SceneFitSettings settings;
    if (folders.resuming()) {
      RunFolderOptions.refuseSettings(spec(), SETTINGS);
      folder = folders.resumed(COMMAND, FitSceneRun.RESULT);
      settings = RunFolderOptions.settings(folder, SceneFitSettings.class);
    } else {
      if (data == null) {
        throw new IllegalArgumentException(
            "--data is missing: a folder of pictures with poses, or spheres");
      }
      settings =
          new SceneFitSettings(
              data,
              model,
              set,
              testViews,
              new SceneFit.Options(
                  steps, rays, samples, fine, near, far, background, lr, every, seed));
    }
    CamNerf.Config config = SceneFit.config(settings.model(), settings.set());
    SceneFolder.Scene scene = settings.scene();
    SceneFit.check(settings.model(), scene.train());
    if (folder == null) {
      folder = folders.begin(COMMAND);
      RunFolderOptions.write(folder, settings.toJson());
    }
    return new FitSceneRun(settings, scene, config, folder, console).run(cancellation);
  }
}
