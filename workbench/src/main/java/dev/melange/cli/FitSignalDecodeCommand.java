package dev.melange.cli;

import dev.melange.papers.Catalogue;
import dev.melange.papers.fields.FittedField;
import dev.melange.papers.fields.Signal;
import dev.melange.papers.fields.SignalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decodes a fitted field at any resolution. */
@Command(
    name = "decode",
    description =
        "Write the signal of a field that 'fit-signal' made, at its own or another resolution.",
    footer = {
      "  melange fit-signal decode field.safetensors -o same.png",
      "  melange fit-signal decode field-compact.gz --size 1024x1536 -o larger.png",
      "  melange fit-signal decode video/field.safetensors --size 64x96x96 -o slower/"
    })
final class FitSignalDecodeCommand extends Subcommand {
  @Parameters(
      paramLabel = "FILE",
      description = "field.safetensors or field-compact.gz of 'fit-signal'.")
  private Path file;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description =
          "Samples of a line, ROWSxCOLUMNS of an image, FRAMESxROWSxCOLUMNS of a video. Default:"
              + " the signal's own.")
  private String size;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "PATH",
      description =
          "A .csv or .wav file for a line, .png or .jpg for an image, a folder for a video.")
  private Path out;

  @Mixin private ComputeOptions compute;

  @Override
  protected int run(Console console, Cancellation cancellation) throws IOException {
    compute.start();
    try (FittedField field = FittedField.load(file, Catalogue::signalModel)) {
      SignalFiles.checkTarget(field.shape().kind(), out);
      Signal decoded = size == null ? field.decode() : field.decode(sizes(field.shape()));
      SignalFiles.write(decoded, out);
      console.result(
          () ->
              Json.object()
                  .put("model", field.model())
                  .put("signal", decoded.shape().toString())
                  .put("out", out.toString()),
          () -> console.line("%s: %s".formatted(decoded.shape(), out)));
    }
    return ExitCode.OK;
  }

  private List<Integer> sizes(Signal.Shape shape) {
    List<Integer> sizes = new ArrayList<>();
    for (String part : size.split("x", -1)) {
      if (!part.matches("[1-9][0-9]{0,8}")) {
        throw new IllegalArgumentException(
            "--size is one to three positive numbers joined by x, such as 480x640; got " + size);
      }
      sizes.add(Integer.valueOf(part));
    }
    if (sizes.size() != shape.sizes().size()) {
      throw new IllegalArgumentException(
          "--size takes one number for each axis of the field, %d of this %s; got %s"
              .formatted(shape.sizes().size(), shape, size));
    }
    return sizes;
  }
}
