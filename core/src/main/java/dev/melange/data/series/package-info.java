/**
 * Time series: reading CSV files with dates, splits, scaling, windows and time features.
 *
 * <p>Values are 64-bit, row-major (time, variable), NaN where missing; times are seconds since 1970
 * in the file's own clock, without zones.
 */
package dev.melange.data.series;
