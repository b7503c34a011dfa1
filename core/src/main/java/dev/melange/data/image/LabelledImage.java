package dev.melange.data.image;

/**
 * An image and its class.
 *
 * @param image the image
 * @param label index of its class, from 0
 */
public record LabelledImage(Image image, int label) {}
