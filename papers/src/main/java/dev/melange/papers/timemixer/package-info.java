/** TimeMixer: decomposable multiscale mixing for time series. */
package dev.melange.papers.timemixer;
