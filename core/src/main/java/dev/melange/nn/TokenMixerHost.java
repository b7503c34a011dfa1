package dev.melange.nn;

import java.util.List;

/** A backbone whose token mixers can be replaced after it was made. */
public interface TokenMixerHost {
  /**
   * The places where tokens are mixed, from the images on.
   *
   * @param height rows of the images that the model will see; a model that is made for one size
   *     knows its own
   * @param width columns of the images
   */
  List<TokenMixerSlot> tokenMixerSlots(int height, int width);
}
