package dev.melange.papers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.ConfigKey;
import dev.melange.component.Configs;
import dev.melange.nn.Layer;
import dev.melange.nn.TokenMixer;
import dev.melange.nn.TokenMixerHost;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Token mixers of the catalogue in the place of a model's own: what the configuration key {@code
 * mixer} says. It is no key of the model's configuration record, but is set, stored and read with
 * it.
 *
 * <pre>{@code
 * Vision.create("poolformer_s12", options -> options.size(64).set("mixer", "token_mlp"));
 * Vision.create("poolformer_s12", options -> options.set("mixer", "own,own,attention,attention"));
 * }</pre>
 *
 * @param names one mixer for all stages, or one for each stage; {@code own} leaves a stage as it is
 * @param height rows of the images that the model is made for
 * @param width columns of the images
 */
public record MixerChoice(List<String> names, int height, int width) {
  /** The key in configurations. */
  public static final String KEY = "mixer";

  /** Stands for the model's own mixer. */
  public static final String OWN = "own";

  /**
   * Checks that the mixers are known.
   *
   * @throws IllegalArgumentException with a suggestion and all names, if one is not
   */
  public MixerChoice {
    names = List.copyOf(names);
    for (String name : names) {
      if (!name.equals(OWN)) {
        Catalogue.tokenMixer(name);
      }
    }
  }

  /**
   * Reads the key's text.
   *
   * @param text a name, or one for each stage separated by commas
   */
  static MixerChoice parse(String text, int height, int width) {
    List<String> names = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      names.add(name.strip());
    }
    return new MixerChoice(names, height, width);
  }

  /**
   * Takes the key out of some overrides, unless it is a key of the model's own.
   *
   * @param overrides key to text; loses the key
   * @param config the model's configuration
   */
  static Optional<String> takeFrom(Map<String, String> overrides, Record config) {
    return hasOwnKey(config.getClass())
        ? Optional.empty()
        : Optional.ofNullable(overrides.remove(KEY));
  }

  /** Takes the key out of a stored configuration, unless it is a key of the model's own. */
  static Optional<MixerChoice> takeFrom(ObjectNode config, Class<? extends Record> type) {
    JsonNode json = hasOwnKey(type) ? null : config.remove(KEY);
    if (json == null) {
      return Optional.empty();
    }
    return Optional.of(
        parse(
            json.path("names").asText(), json.path("height").asInt(), json.path("width").asInt()));
  }

  private static boolean hasOwnKey(Class<? extends Record> type) {
    return Configs.describe(type).stream().map(ConfigKey::name).anyMatch(KEY::equals);
  }

  /** The key's text. */
  public String text() {
    return String.join(",", names);
  }

  /** As it is stored in a configuration. */
  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("names", text())
        .put("height", height)
        .put("width", width);
  }

  /**
   * Puts the mixers into a new model.
   *
   * @param model the model's name, for messages
   * @param layer the model
   * @param rng for the mixers' weights
   * @throws IllegalArgumentException if the model's mixers cannot be replaced, if the number of
   *     names is wrong, or if a mixer cannot be made for the maps of the model
   */
  void install(String model, Layer layer, Rng rng) {
    if (!(layer instanceof TokenMixerHost host)) {
      throw new IllegalArgumentException(
          "%s has no token mixers that can be replaced, so mixer=%s cannot be set; leave it out, or choose a model made of blocks with token mixers, such as poolformer_s12"
              .formatted(model, text()));
    }
    List<TokenMixerSlot> slots = host.tokenMixerSlots(height, width);
    long stages = slots.stream().mapToInt(TokenMixerSlot::stage).distinct().count();
    if (names.size() != 1 && names.size() != stages) {
      throw new IllegalArgumentException(
          "%s mixes tokens in %d stage%s, got %d mixers (mixer=%s); name one for all, or one for each stage ('own' leaves a stage as it is)"
              .formatted(model, stages, stages == 1 ? "" : "s", names.size(), text()));
    }
    for (TokenMixerSlot slot : slots) { // before any of them is replaced
      chosen(slot)
          .ifPresent(
              mixer ->
                  refusing(
                      model,
                      slot,
                      () -> mixer.requirePermitted(slot.channels(), slot.height(), slot.width())));
    }
    try (Scope scope = Scope.open()) {
      for (TokenMixerSlot slot : slots) {
        chosen(slot)
            .ifPresent(
                mixer ->
                    refusing(
                        model,
                        slot,
                        () ->
                            slot.replace(
                                mixer.make(slot.channels(), slot.height(), slot.width(), rng))));
      }
    }
  }

  private Optional<TokenMixer> chosen(TokenMixerSlot slot) {
    String name = names.get(names.size() == 1 ? 0 : slot.stage());
    return name.equals(OWN) ? Optional.empty() : Optional.of(Catalogue.tokenMixer(name));
  }

  private void refusing(String model, TokenMixerSlot slot, Runnable action) {
    try {
      action.run();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "mixer=%s cannot be set in stage %d of %s for images of %d x %d: %s"
              .formatted(text(), slot.stage() + 1, model, height, width, e.getMessage()),
          e);
    }
  }
}
