package dev.melange.nn;

/**
 * Configuration of an image classifier, a record: what depends on the user's images can be set
 * without knowing the names of its keys.
 */
public interface ImageModelConfig {
  /** Channels of the images. */
  int channels();

  /**
   * The same network for other images and classes. Layers that are made for one size of image
   * (position embeddings, mixing over positions) get the new one.
   *
   * @param channels channels of the images
   * @param height rows of the images
   * @param width columns of the images
   * @param classes number of classes
   * @return a configuration of the same type
   * @throws IllegalArgumentException if the network cannot be made for such images
   */
  Record forImages(int channels, int height, int width, int classes);

  /**
   * As {@link #forImages}, for weights that were trained with this configuration: layers that bring
   * maps of any size to the one that they are made for keep it.
   */
  default Record forFineTuning(int channels, int height, int width, int classes) {
    return forImages(channels, height, width, classes);
  }
}
