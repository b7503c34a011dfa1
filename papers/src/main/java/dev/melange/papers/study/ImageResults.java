package dev.melange.papers.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.melange.metric.Summary;
import dev.melange.report.Chart;
import dev.melange.report.Table;
import dev.melange.report.XyChart;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * What became of the classifiers of a study, and the table and charts of it.
 *
 * @param data what the images are called
 * @param networks in the order of the table
 */
public record ImageResults(String data, List<Network> networks) {
  /**
   * One kind of classifier.
   *
   * @param key its name in trials
   * @param title its name for readers
   * @param macs multiply-accumulate operations for one image
   * @param trials the results of {@link ImageTraining}, one per seed
   */
  public record Network(String key, String title, long macs, List<? extends JsonNode> trials) {
    /** Copies the list. */
    public Network {
      trials = List.copyOf(trials);
    }

    /** Test accuracies in per cent, one per seed. */
    public double[] accuracies() {
      return trials.stream().mapToDouble(trial -> trial.get("accuracy").asDouble()).toArray();
    }

    /** Mean test accuracy in per cent. */
    public double mean() {
      return Summary.of(accuracies()).mean();
    }

    /** Number of trainable numbers. */
    public long parameters() {
      return trials.get(0).get("parameters").asLong();
    }
  }

  /** Copies the list. */
  public ImageResults {
    networks = List.copyOf(networks);
  }

  /**
   * The network of a key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Network get(String key) {
    return networks.stream()
        .filter(network -> network.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no network '%s' among %s".formatted(key, keys())));
  }

  /** The keys in order. */
  public List<String> keys() {
    return networks.stream().map(Network::key).toList();
  }

  /** Seeds per network. */
  public int seeds() {
    return networks.get(0).trials().size();
  }

  /** Checks that the training loss fell in every trial. */
  public void check(StudyRun run) {
    for (Network network : networks) {
      for (int i = 0; i < network.trials().size(); i++) {
        double[] losses = numbers(network.trials().get(i).get("loss"));
        double last = losses[losses.length - 1];
        run.check(
            String.format(
                Locale.ROOT,
                "%s-s%d: the training loss falls, from %.3f in the first epoch to %.3f in the"
                    + " last.",
                network.key(),
                run.seed() + i,
                losses[0],
                last),
            last < losses[0] || losses.length == 1);
      }
    }
  }

  /** Accuracy beside parameters and operations. */
  public Table table() {
    Table.Builder table =
        Table.titled("Test accuracy on " + data)
            .text("network")
            .number("parameters", "%,d")
            .number("MACs (millions)", "%,.2f")
            .number("accuracy (%)", "%.2f", Table.Best.HIGHEST)
            .number("lowest", "%.2f")
            .number("highest", "%.2f");
    for (Network network : networks) {
      Summary summary = Summary.of(network.accuracies());
      table.row(
          network.title(),
          network.parameters(),
          (double) network.macs() / 1e6,
          summary.mean(),
          summary.min(),
          summary.max());
    }
    return table.build();
  }

  /** Accuracies as bars. */
  public Chart bars() {
    String[] titles = networks.stream().map(Network::title).toArray(String[]::new);
    double[] means = networks.stream().mapToDouble(Network::mean).toArray();
    double[] spreads =
        networks.stream()
            .map(network -> Summary.of(network.accuracies()))
            .mapToDouble(summary -> (summary.max() - summary.min()) / 2)
            .toArray();
    return Chart.bars("Test accuracy (bars: range over seeds)", titles)
        .value("test accuracy (%)")
        .group("accuracy", means, spreads)
        .horizontal()
        .build();
  }

  /** Accuracy against parameters. */
  public Chart bySize() {
    XyChart.Builder chart = Chart.xy("Accuracy and size").x("parameters").y("test accuracy (%)");
    for (Network network : networks) {
      chart.points(
          network.title(), new double[] {network.parameters()}, new double[] {network.mean()});
    }
    return chart.build();
  }

  /** Test accuracy and training loss by epoch. */
  public List<Chart> curves() {
    XyChart.Builder accuracy =
        Chart.xy("Test accuracy during training").x("epoch").y("test accuracy (%)");
    XyChart.Builder loss = Chart.xy("Training loss").x("epoch").y("cross entropy (nats)");
    for (Network network : networks) {
      add(accuracy, network, "accuracy_by_epoch");
      add(loss, network, "loss");
    }
    return List.of(accuracy.build(), loss.build());
  }

  private static void add(XyChart.Builder chart, Network network, String key) {
    double[][] bySeed =
        network.trials().stream().map(trial -> numbers(trial.get(key))).toArray(double[][]::new);
    double[] epochs = IntStream.rangeClosed(1, bySeed[0].length).asDoubleStream().toArray();
    if (bySeed.length == 1) {
      chart.line(network.title(), epochs, bySeed[0]);
    } else {
      chart.seeds(network.title(), epochs, bySeed);
    }
  }

  /** The numbers of a JSON array. */
  public static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /** The difference of two networks in words, such as {@code a 46.40 % against b 45.30 %, ...}. */
  public String against(String key, String other) {
    Network a = get(key);
    Network b = get(other);
    double[] first = a.accuracies();
    double[] second = b.accuracies();
    long ahead = IntStream.range(0, first.length).filter(i -> first[i] > second[i]).count();
    return String.format(
        Locale.ROOT,
        "%s %.2f %% against %s %.2f %%: %+.2f points, ahead with %d of %d seeds.",
        a.title(),
        a.mean(),
        b.title(),
        b.mean(),
        a.mean() - b.mean(),
        ahead,
        first.length);
  }

  /** By how many points the mean of a network is above another's. */
  public double lead(String key, String other) {
    return get(key).mean() - get(other).mean();
  }

  /** Accuracies of all networks as {@code title: 46.40; ...}. */
  public String summary() {
    return String.join(
        "; ",
        networks.stream()
            .map(n -> String.format(Locale.ROOT, "%s: %.2f", n.title(), n.mean()))
            .toList());
  }

  /** Whether networks of all these keys were trained. */
  public boolean has(String... wanted) {
    return keys().containsAll(Arrays.asList(wanted));
  }
}
