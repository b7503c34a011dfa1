package dev.melange.papers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.data.DataException;
import dev.melange.data.image.CenterCrop;
import dev.melange.data.image.HorizontalFlip;
import dev.melange.data.image.Image;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.Pipeline;
import dev.melange.data.image.RandAugment;
import dev.melange.data.image.RandomErasing;
import dev.melange.data.image.RandomResizedCrop;
import dev.melange.data.image.Resize;
import dev.melange.data.image.ResizeShorterSide;
import dev.melange.data.image.Transform;
import java.util.List;

/**
 * How a classifier wants its images.
 *
 * @param channels 1 (grey) or 3 (colour)
 * @param size side of the square that the model sees, in pixels
 * @param crop share of the shorter side that the central square has in evaluation, (0, 1]
 * @param convert whether images of other channels are converted; otherwise they are refused
 * @param normalize scaling of the samples
 */
public record ImageInput(
    int channels, int size, double crop, boolean convert, Normalize normalize) {
  // Grey images get the means over the colours.
  private static final Normalize GREY = new Normalize(new float[] {0.449f}, new float[] {0.226f});
  // From here on the usual evaluation crop of 0.9; of smaller images every pixel is needed.
  private static final int CROPPED_FROM = 128;

  /** Checks the ranges. */
  public ImageInput {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("images have 1 or 3 channels, got " + channels);
    }
    if (size < 1 || size > 4096) {
      throw new IllegalArgumentException("the image size is 1 to 4096 pixels, got " + size);
    }
    if (!(crop > 0 && crop <= 1)) {
      throw new IllegalArgumentException("crop must be in (0, 1], got " + crop);
    }
    if (normalize.mean().length != 1 && normalize.mean().length != channels) {
      throw new IllegalArgumentException(
          "normalisation is for %d channels, the images have %d"
              .formatted(normalize.mean().length, channels));
    }
  }

  /**
   * The usual input: crop 0.9 (1 for sizes below 128), normalised with the statistics of ImageNet.
   *
   * @param channels 1 or 3
   * @param size side in pixels
   * @param convert whether images of other channels are converted
   */
  public static ImageInput of(int channels, int size, boolean convert) {
    return new ImageInput(
        channels,
        size,
        size < CROPPED_FROM ? 1 : 0.9,
        convert,
        channels == 1 ? GREY : Normalize.IMAGENET);
  }

  /**
   * The image with the channels that the model wants.
   *
   * @throws DataException if it has others and is not to be converted
   */
  public Image withChannels(Image image) {
    if (image.channels() != channels && !convert) {
      throw new DataException(
          "the model expects images of %d channel%s, got %d; convert with --channels %d (--convert where that is an option)%s"
              .formatted(
                  channels,
                  channels == 1 ? "" : "s",
                  image.channels(),
                  channels,
                  channels == 3 ? ", or train a model for grey images with --channels 1" : ""));
    }
    return image.withChannels(channels);
  }

  /** The same, with images of other channels converted. */
  public ImageInput converting() {
    return new ImageInput(channels, size, crop, true, normalize);
  }

  /** The same, with images of another size, for models that take any. */
  public ImageInput withSize(int side) {
    return new ImageInput(channels, side, crop, convert, normalize);
  }

  /** {@link #withChannels} as a step of a pipeline. */
  public Transform channelStep() {
    return (image, draws) -> withChannels(image);
  }

  /** What an image goes through before the model sees it, in evaluation. */
  public Pipeline evaluation() {
    return Pipeline.of(
        normalize,
        channelStep(),
        new ResizeShorterSide((int) Math.round(size / crop), Resize.Filter.BICUBIC),
        new CenterCrop(size, size));
  }

  /**
   * What an image goes through in training.
   *
   * @param augment {@code none}: as in evaluation; {@code flip}: mirrored at random, and crops of
   *     at least 60 % of the area; {@code rand}: crops of at least 8 %, mirroring, RandAugment, and
   *     random erasing of a quarter of the images
   */
  public Pipeline training(String augment) {
    return switch (augment) {
      case "none" -> evaluation();
      case "flip" ->
          Pipeline.of(
              normalize,
              channelStep(),
              new RandomResizedCrop(size, size, 0.6, 1, 3 / 4.0, 4 / 3.0, Resize.Filter.BICUBIC),
              new HorizontalFlip(0.5));
      case "rand" ->
          Pipeline.of(
                  normalize,
                  channelStep(),
                  RandomResizedCrop.of(size),
                  new HorizontalFlip(0.5),
                  randAugment())
              .with(RandomErasing.of(0.25));
      default ->
          throw new IllegalArgumentException(
              "unknown augmentation '" + augment + "'; known: none, flip, rand");
    };
  }

  private RandAugment randAugment() {
    return channels == 3
        ? RandAugment.standard()
        : new RandAugment(2, 9, 0.5, 0.5, new int[] {114});
  }

  /** As JSON. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("channels", channels).put("size", size).put("crop", crop).put("convert", convert);
    ArrayNode mean = json.putArray("mean");
    ArrayNode std = json.putArray("std");
    for (int c = 0; c < normalize.mean().length; c++) {
      mean.add(normalize.mean()[c]);
      std.add(normalize.std()[c]);
    }
    return json;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException if something is missing or impossible
   */
  public static ImageInput of(JsonNode json) {
    for (String key : List.of("channels", "size", "crop", "convert", "mean", "std")) {
      if (!json.has(key)) {
        throw new IllegalArgumentException("the description of the images lacks '" + key + "'");
      }
    }
    return new ImageInput(
        json.get("channels").asInt(),
        json.get("size").asInt(),
        json.get("crop").asDouble(),
        json.get("convert").asBoolean(),
        new Normalize(floats(json.get("mean")), floats(json.get("std"))));
  }

  private static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
