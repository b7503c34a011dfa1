package dev.melange.papers.maxformer;

import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.Map;
import java.util.stream.IntStream;

/** Profiles of spiking networks for readers. */
public final class SpikingTables {
  private SpikingTables() {}

  /** What each product of a network costs per image. */
  public static Table energyByLayer(SpikingProfile profile) {
    double[] energy = profile.energy().picojoules();
    Table.Builder table =
        Table.titled("Estimated energy of an image by layer")
            .text("layer")
            .text("input")
            .number("operations in a step", "%,.0f")
            .number("firing rate of the input", "%.3f")
            .number("energy (µJ)", "%.4f");
    for (int i = 0; i < energy.length; i++) {
      SpikingProfile.Product product = profile.products().get(i);
      table.row(
          product.name(),
          product.real() ? "real-valued" : "spikes",
          product.operations(),
          product.real() ? null : product.inputRate(),
          energy[i] * 1e-6);
    }
    return table.build();
  }

  /** Firing rates of the layers of neurons, one row per layer, one column per time step. */
  public static Table firingByLayer(SpikingProfile profile) {
    Table.Builder table =
        Table.titled("Share of the neurons that fire").text("layer").number("all steps", "%.3f");
    IntStream.rangeClosed(1, profile.steps()).forEach(t -> table.number("step " + t, "%.3f"));
    for (SpikingProfile.Firing firing : profile.neurons()) {
      Object[] row = new Object[profile.steps() + 2];
      row[0] = firing.name();
      row[1] = firing.rate();
      for (int t = 0; t < profile.steps(); t++) {
        row[t + 2] = firing.rateByStep().get(t);
      }
      table.row(row);
    }
    return table.build();
  }

  /**
   * Firing rates of the layers of neurons over the depth of the network.
   *
   * @param profiles by name, in the order of the legend
   */
  public static Chart firingRates(Map<String, SpikingProfile> profiles) {
    XyChart.Builder chart =
        Chart.xy("Firing rates from the image on")
            .x("depth (share of the layers of neurons)")
            .y("share of spikes");
    profiles.forEach(
        (name, profile) -> {
          double[] rates =
              profile.neurons().stream().mapToDouble(SpikingProfile.Firing::rate).toArray();
          double[] depth = new double[rates.length];
          for (int i = 0; i < depth.length; i++) {
            depth[i] = (i + 1.0) / depth.length;
          }
          chart.line(name, depth, rates);
        });
    return chart.build();
  }
}
