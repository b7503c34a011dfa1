/**
 * Data: named data sets, readers, loaders.
 *
 * <p>{@link dev.melange.data.DataSets} finds or fetches a data set by name; the sub-packages read
 * the kinds of data ({@code image}, {@code series}, {@code tabular}, {@code text}) into plain
 * arrays; a {@link dev.melange.data.Dataset} gives single examples and a {@link
 * dev.melange.data.Loader} turns them into shuffled batches, prepared ahead on worker threads in an
 * order that depends on the seed alone.
 *
 * <p>All input is taken as hostile until checked: sizes are compared with limits before memory is
 * allocated, and every complaint is a {@link dev.melange.data.DataException} that names the place.
 */
package dev.melange.data;
