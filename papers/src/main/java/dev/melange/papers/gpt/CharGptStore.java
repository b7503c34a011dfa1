package dev.melange.papers.gpt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.io.Checkpoints;
import dev.melange.io.Description;
import dev.melange.io.Provenance;
import dev.melange.tensor.Engine;
import dev.melange.train.EpochRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Character models that were trained before, so that they need not be trained again. A file's name
 * tells all that its bits depend on: recipe, text, seed and the engine's plan.
 *
 * @param folder where the files are
 */
public record CharGptStore(Path folder) {
  private static final Description HISTORY =
      new Description("melange.history", "delete it to train again");

  /** {@code models} of {@code MELANGE_HOME}, by default {@code ~/.melange}. */
  public static CharGptStore standard() {
    String home = System.getenv("MELANGE_HOME");
    Path base =
        home == null || home.isBlank()
            ? Path.of(System.getProperty("user.home"), ".melange")
            : Path.of(home);
    return new CharGptStore(base.resolve("models"));
  }

  /**
   * What a model is made from.
   *
   * @param recipe how it is trained
   * @param data the text's name, such as {@code austen-emma/austen-emma.txt.gz}
   * @param sha256 of the text
   * @param seed of initial weights and order
   */
  public record Key(CharGptRecipe recipe, String data, String sha256, long seed) {
    private ObjectNode settings() {
      ObjectNode json = Configs.toJson(recipe);
      Engine.Plan plan = Engine.get().plan();
      json.put("device", plan.device().toString());
      json.put("workers", plan.workers());
      json.put("precision", plan.precision().toString());
      json.put("library", Provenance.libraryVersion());
      return json;
    }
  }

  /**
   * The history of a training, without times.
   *
   * @param steps optimiser steps at the end of each epoch
   * @param losses mean training loss of each epoch
   * @param validLosses validation loss after each epoch
   */
  public record History(List<Long> steps, List<Double> losses, List<Double> validLosses) {
    /** Copies the lists. */
    public History {
      steps = List.copyOf(steps);
      losses = List.copyOf(losses);
      validLosses = List.copyOf(validLosses);
    }

    /** Of a finished training. */
    public static History of(List<EpochRecord> epochs) {
      return new History(
          epochs.stream().map(EpochRecord::step).toList(),
          epochs.stream().map(EpochRecord::loss).toList(),
          epochs.stream().map(epoch -> epoch.metrics().get("valid_loss")).toList());
    }

    /** The validation loss at the end. */
    public double validLoss() {
      return validLosses.get(validLosses.size() - 1);
    }
  }

  /** Where a model is or will be. */
  public Path file(Key key) {
    ObjectNode all = key.settings();
    all.put("text", key.sha256());
    all.put("seed", key.seed());
    return folder.resolve(
        CharGpt.NAME + "-" + sha256(all.toString()).substring(0, 16) + ".safetensors");
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          java.security.MessageDigest.getInstance("SHA-256")
              .digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The file of a model, if it was kept. */
  public Optional<Path> find(Key key) {
    return Optional.of(file(key)).filter(Files::isRegularFile);
  }

  /** The history of a kept model's training. */
  public static History history(Path file) throws IOException {
    JsonNode json =
        HISTORY
            .read(file, Checkpoints.metadata(file))
            .orElseThrow(
                () ->
                    new IOException(file + " has no history of its training; " + HISTORY.remedy()));
    return Configs.read(History.class, json, file + " (history)");
  }

  /** Keeps a trained model. */
  public Path keep(Key key, CharGpt model, History history) throws IOException {
    Provenance provenance =
        new Provenance(
            CharGpt.NAME,
            Configs.toJson(model.config()),
            Map.of(key.data(), key.sha256()),
            key.seed(),
            key.settings(),
            JsonNodeFactory.instance.objectNode());
    Files.createDirectories(folder);
    Checkpoints.save(
        model.model(), file(key), HISTORY.metadata(Configs.toJson(history), provenance));
    return file(key);
  }
}
