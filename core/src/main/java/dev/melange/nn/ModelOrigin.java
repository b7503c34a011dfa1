package dev.melange.nn;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a model was made from: enough to make it again.
 *
 * @param model its name in the catalogue, such as {@code poolformer_s12}
 * @param config its whole configuration
 */
public record ModelOrigin(String model, ObjectNode config) {
  /** Copies the configuration. */
  public ModelOrigin {
    config = config.deepCopy();
  }
}
