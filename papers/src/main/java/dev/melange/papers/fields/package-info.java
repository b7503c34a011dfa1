/**
 * Signals as neural fields: a line, an image or a short video is fitted by a network that computes
 * its values at any place, from which it is decoded at any resolution. What all papers of fields
 * share.
 *
 * <pre>{@code
 * Signal photo = SignalFiles.read(Path.of("photo.png"));
 * try (FittedField field = FieldFit.of(photo, Catalogue.signalModel("cam")).fit()) {
 *   field.save(Path.of("photo.safetensors"));
 *   SignalFiles.write(field.decode(List.of(1024, 1536)), Path.of("larger.png"));
 * }
 * }</pre>
 */
package dev.melange.papers.fields;
