/**
 * TimeMixer: decomposable multiscale mixing for time series (ICLR 2024).
 *
 * <p>The model: {@link dev.melange.papers.timemixer.TimeMixer} pools the history to several scales
 * and adds the forecasts that each of them makes (Future-Multipredictor-Mixing); {@link
 * dev.melange.papers.timemixer.PastDecomposableMixing} is its block, {@link
 * dev.melange.papers.forecast.SeriesDecomposition} the split into season and trend, {@link
 * dev.melange.papers.timemixer.ReversibleNorm} and {@link
 * dev.melange.papers.timemixer.TimeSeriesEmbedding} what comes before the blocks.
 *
 * <p>Training and use: {@link dev.melange.papers.forecast.Recipe} is the official procedure, {@link
 * dev.melange.papers.timemixer.TimeMixerForecast} lets {@link
 * dev.melange.papers.forecast.Forecaster} forecast a series of one's own, {@link
 * dev.melange.papers.timemixer.ShortTermForecaster} many short ones, {@link
 * dev.melange.papers.timemixer.Imputer} fills gaps, {@link
 * dev.melange.papers.timemixer.AnomalyDetector} finds rows that do not fit, {@link
 * dev.melange.papers.timemixer.SequenceClassifier} tells sequences apart.
 */
package dev.melange.papers.timemixer;
