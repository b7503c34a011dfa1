/**
 * Metrics on plain arrays: classification, calibration, ranking of clicks, forecasting, anomaly
 * detection, image quality, correlation, and summaries over seeds.
 *
 * <p>Everything is computed in double precision, whatever the precision of the model. Multi-axis
 * data is flat and row-major with its extents as parameters. Every method refuses empty input,
 * arrays that do not fit together, and values that are not finite, with an {@link
 * IllegalArgumentException} that says which and where: a metric of a broken model is an error, not
 * a number.
 */
package dev.melange.metric;
