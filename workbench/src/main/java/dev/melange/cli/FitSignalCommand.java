package dev.melange.cli;

import dev.melange.papers.Catalogue;
import dev.melange.papers.fields.FieldFit;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalFiles;
import dev.melange.papers.fields.SignalModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fits a neural field to a signal of one's own. */
@Command(
    name = "fit-signal",
    description =
        "Fit a line (CSV, WAV), an image or a short video (folder of frames) with a small network"
            + " that computes its values anywhere. Writes field.safetensors, field-compact.gz, the"
            + " reconstruction, report.html, config.json and metrics.csv. Ctrl-C saves; --resume"
            + " goes on. Models: cam, siren, finer, fourier, wire and grid (all signals), ffn"
            + " (images).",
    synopsisSubcommandLabel = "[decode]",
    commandListHeading = "%nCommands:%n",
    subcommands = FitSignalDecodeCommand.class,
    footer = {
      "  melange fit-signal --data photo.png",
      "  melange fit-signal --data photo.png --model siren --fresh --steps 3000",
      "  melange fit-signal --data power.csv --columns OT --model siren --set hidden_features=64",
      "  melange fit-signal --data frames/ --psnr 30 --out runs/video",
      "  melange fit-signal decode runs/video/field.safetensors --size 32x96x96 -o slower/",
      "  melange fit-signal --resume runs/fit-signal/20260101-120000"
    })
final class FitSignalCommand extends Subcommand {
  static final String COMMAND = "fit-signal";
  private static final Set<String> SETTINGS =
      Set.of(
          "--data",
          "--columns",
          "--model",
          "--set",
          "--fresh",
          "--candidates",
          "--psnr",
          "--steps",
          "--points",
          "--lr",
          "--every",
          "--seed");

  @Option(
      names = "--data",
      paramLabel = "FILE|DIR",
      description = "A CSV, WAV or image file, or a folder of frames in order of their names.")
  private Path data;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME",
      description = "Columns of a CSV file, separated by commas. Default: all but dates.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--model",
      defaultValue = "cam",
      paramLabel = "NAME",
      description = "cam, siren, finer, fourier, wire, ffn or grid. Default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Change a key of the network's configuration, such as hidden_features; may be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--fresh",
      description =
          "Choose the network's frequency setting (omega_0, sigma, ...) before training, by the"
              + " spectra of untrained networks (FreSh).")
  private boolean fresh;

  @Option(
      names = "--candidates",
      split = ",",
      paramLabel = "VALUE",
      description = "What --fresh chooses from, separated by commas. Default: the paper's.")
  private List<Double> candidates = new ArrayList<>();

  @Option(
      names = "--psnr",
      paramLabel = "DB",
      description =
          "The compact file is the smallest with at least this PSNR; exit code 1 if none has it."
              + " Default: at most 0.5 dB less than without rounding.")
  private Double psnr;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1500",
      description = "Optimiser steps. Default: ${DEFAULT-VALUE}.")
  private int steps;

  @Option(
      names = "--points",
      paramLabel = "N",
      defaultValue = "16384",
      description =
          "Most points of a step, chosen at random if there are more (cam on videos: a whole"
              + " frame). Default: ${DEFAULT-VALUE}.")
  private int points;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description = "Learning rate at the start. Default: the model's.")
  private Double lr;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "100",
      description = "Steps between measurements of the PSNR. Default: ${DEFAULT-VALUE}.")
  private int every;

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
    SignalFit settings;
    if (folders.resuming()) {
      RunFolderOptions.refuseSettings(spec(), SETTINGS);
      folder = folders.resumed(COMMAND, FitSignalRun.RESULT);
      settings = RunFolderOptions.settings(folder, SignalFit.class);
      FitSignalRun.checkUnchanged(settings);
    } else {
      if (data == null) {
        throw new IllegalArgumentException(
            "--data is missing: a CSV, WAV or image file, or a folder of frames");
      }
      settings = null;
    }
    Signal signal =
        SignalFiles.read(
            settings == null ? data : Path.of(settings.data()),
            settings == null ? columns : settings.columns());
    if (settings == null) {
      settings =
          new SignalFit(
              data.toString(),
              FitSignalRun.hash(data),
              columns,
              model,
              set,
              fresh,
              candidates,
              psnr,
              new FieldFit.Options(steps, points, lr, every, seed));
    }
    SignalModel chosen = Catalogue.signalModel(settings.model());
    Record config = FieldFit.config(chosen, signal, settings.set());
    FitSignalRun.checkFrequency(settings, chosen, signal);
    if (folder == null) {
      folder = folders.begin(COMMAND);
      RunFolderOptions.write(folder, settings.toJson());
    }
    return new FitSignalRun(settings, signal, chosen, config, folder, console).run(cancellation);
  }
}
