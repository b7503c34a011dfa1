package dev.melange.nn;

import java.util.function.Consumer;

/**
 * A place in a {@link TokenMixerHost} where the tokens of a map [B, C, h, w] are mixed.
 *
 * @param stage the stage it is in, from 0; backbones without stages have one
 * @param channels C
 * @param height h
 * @param width w
 * @param replacement puts a layer from [B, C, h, w] to the same shape there and frees the old one
 */
public record TokenMixerSlot(
    int stage, int channels, int height, int width, Consumer<UnaryLayer> replacement) {
  /** Puts a mixer here, which then belongs to the backbone. */
  public void replace(UnaryLayer mixer) {
    replacement.accept(mixer);
  }
}
