package dev.melange.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.papers.maxim.MaximConfig;
import dev.melange.papers.maxim.PhotoFolder;
import dev.melange.papers.maxim.RestorationTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a network that restores photographs. */
@Command(
    name = "restore",
    description =
        "Train a network that restores photographs, on pairs of bad and good ones or on good ones"
            + " that are made bad. Writes restorer.safetensors, report.html, config.json and"
            + " metrics.csv. Ctrl-C saves; --resume goes on.",
    footer = {
      "  melange train restore --task denoise --data photos/",
      "  melange train restore --task denoise --data photos/ --degrade sigma=0.2 --steps 2000",
      "  melange train restore --task derain --degraded rainy/ --targets dry/ --model maxim_s2",
      "  melange train restore --task denoise --data photos/ --set mixer=dwconv --patch 64",
      "  melange train restore --resume runs/train-restore/20260101-120000"
    })
final class TrainRestoreCommand extends Subcommand {
  private static final String COMMAND = "train-restore";
  private static final Set<String> SETTINGS =
      Set.of(
          "--task",
          "--data",
          "--degraded",
          "--targets",
          "--degrade",
          "--model",
          "--set",
          "--steps",
          "--batch",
          "--patch",
          "--lr",
          "--mixup",
          "--valid-share",
          "--seed");
  private static final double FINAL_SHARE = 0.005;
  private static final int MOST_EVALUATIONS = 10;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "denoise, deblur, derain, dehaze or enhance.")
  private String task;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Good photographs; bad ones are made from them.")
  private Path data;

  @Option(
      names = "--degraded",
      paramLabel = "FOLDER",
      description = "Bad photographs; with --targets.")
  private Path degraded;

  @Option(
      names = "--targets",
      paramLabel = "FOLDER",
      description = "Their good partners, with the same names.")
  private Path targets;

  @Option(
      names = "--degrade",
      paramLabel = "KEY=VALUE",
      description =
          "Change how photographs are made bad: sigma (denoise, enhance), length and angle"
              + " (deblur), threshold, length, slant and strength (derain), beta and airlight"
              + " (dehaze), gain and gamma (enhance); may be repeated.")
  private Map<String, String> degrade = new LinkedHashMap<>();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "maxim_tiny",
      description =
          "maxim_tiny, or a published size: maxim_s1 to maxim_m3. Default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a key of the network's configuration, or its token mixers: mixer=NAME ('melange"
              + " models --mixers'), which are made for the patches' size; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Optimiser steps. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "8",
      description = "Patches per step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--patch",
      paramLabel = "PIXELS",
      description =
          "Side of a patch. Default: the least multiple of what the network needs from 48 on.")
  private Integer patch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description = "Learning rate at the start. Default: 2e-3, for published sizes 2e-4.")
  private Double lr;

  @Option(
      names = "--mixup",
      paramLabel = "PROBABILITY",
      defaultValue = "0",
      description = "How often patches are mixed with each other. Default: ${DEFAULT-VALUE}.")
  private double mixup;

  @Option(
      names = "--valid-share",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Share of the photographs for validation. Default: ${DEFAULT-VALUE}.")
  private double validShare;

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
    Path folder;
    RestoreTraining settings;
    if (folders.resuming()) {
      RunFolderOptions.refuseSettings(spec(), SETTINGS);
      folder = folders.resumed(COMMAND, RestoreTrainingRun.RESULT);
      settings = RunFolderOptions.settings(folder, RestoreTraining.class);
    } else {
      folder = null;
      settings = settings();
    }
    PhotoFolder photos = RestoreTrainingRun.photos(settings);
    if (folder == null) {
      folder = folders.begin(COMMAND);
      RunFolderOptions.write(folder, settings.toJson());
    }
    RestoreTrainingRun run = new RestoreTrainingRun(settings, folder, console);
    ObjectNode result = run.train(photos, cancellation);
    console.result(() -> result, () -> run.print(result));
    return ExitCode.OK;
  }

  private RestoreTraining settings() {
    if (task == null) {
      throw new IllegalArgumentException(
          "--task is missing: denoise, deblur, derain, dehaze or enhance");
    }
    RestoreTraining first = settings(1);
    first.restoration();
    first.maker();
    MaximConfig config = RestoreTrainingRun.network(first);
    int factor = Math.max(config.heightFactor(), config.widthFactor());
    RestoreTraining settings =
        settings(patch == null ? Math.max(1, (48 + factor - 1) / factor) * factor : patch);
    RestoreTrainingRun.createNetwork(settings).close(); // refuses before there is a folder
    return settings;
  }

  private RestoreTraining settings(int side) {
    double rate = lr == null ? (model.equals("maxim_tiny") ? 2e-3 : 2e-4) : lr;
    return new RestoreTraining(
        task,
        model,
        set,
        text(data),
        text(degraded),
        text(targets),
        degrade,
        validShare,
        new RestorationTraining.Settings(
            side,
            batch,
            steps,
            Math.min(MOST_EVALUATIONS, Math.max(1, steps)),
            rate,
            rate * FINAL_SHARE,
            1,
            mixup),
        seed);
  }

  private static String text(Path path) {
    return path == null ? null : path.toString();
  }
}
