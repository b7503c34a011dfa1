package dev.melange.papers.fresh;

import dev.melange.nn.UnaryLayer;
import dev.melange.papers.fields.PhotoCrop;
import dev.melange.papers.study.Scale;
import dev.melange.tensor.Rng;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Settings of the study.
 *
 * @param seeds repetitions
 * @param crops the images
 * @param size rows and columns to which they are resized
 * @param hidden_features width of the networks
 * @param hidden_layers from hidden to hidden features
 * @param spectrum how many frequencies are compared
 * @param networks untrained ones of each candidate
 * @param steps of each training
 * @param evaluations of a training
 * @param held_out share of the pixels that are not trained on
 * @param families kinds of networks with their candidates
 */
record FreshSettings(
    int seeds,
    List<PhotoCrop> crops,
    int size,
    int hidden_features,
    int hidden_layers,
    int spectrum,
    int networks,
    int steps,
    int evaluations,
    double held_out,
    List<Family> families) {
  /** Checks the numbers. */
  FreshSettings {
    crops = List.copyOf(crops);
    families = List.copyOf(families);
    if (seeds < 1 || crops.isEmpty() || families.isEmpty() || networks < 1) {
      throw new IllegalArgumentException(
          "the study needs at least one seed, crop, family and network, got %d, %s, %s and %d"
              .formatted(seeds, crops, families, networks));
    }
    if (evaluations < 1 || steps < evaluations) {
      throw new IllegalArgumentException(
          "a training has at least one evaluation and as many steps, got %d and %d"
              .formatted(evaluations, steps));
    }
    if (!(held_out > 0 && held_out < 1)) {
      throw new IllegalArgumentException("held_out is between 0 and 1, got " + held_out);
    }
  }

  /**
   * Networks that differ in one setting.
   *
   * @param name siren or fourier
   * @param candidates of omega_0 or sigma
   * @param standard the setting that is used without a choice
   * @param learning_rate of Adam
   */
  record Family(String name, List<Double> candidates, double standard, double learning_rate) {
    Family {
      candidates = List.copyOf(candidates);
      if (!name.equals("siren") && !name.equals("fourier")) {
        throw new IllegalArgumentException("a family is siren or fourier, got '" + name + "'");
      }
      if (!candidates.contains(standard)) {
        throw new IllegalArgumentException(
            "standard %s is not among the candidates %s".formatted(standard, candidates));
      }
    }

    /** The name of the setting. */
    String key() {
      return name.equals("siren") ? "omega_0" : "sigma";
    }
  }

  /** A network of a family's candidate. */
  Record config(Family family, double value) {
    return family.name.equals("siren")
        ? new Siren.Config(2, hidden_features, hidden_layers, 3, value, 30, true, false)
        : new FourierField.Config(2, hidden_features, hidden_layers, 3, value);
  }

  /** An untrained network. */
  static UnaryLayer network(Record config, Rng rng) {
    return config instanceof Siren.Config siren
        ? new Siren(siren, rng)
        : new FourierField((FourierField.Config) config, rng);
  }

  /** The settings of a scale. */
  static FreshSettings of(Scale scale) {
    PhotoCrop petals = new PhotoCrop("petals", "flower", 60, 200, 192);
    PhotoCrop blur = new PhotoCrop("blur", "flower", 225, 20, 192);
    PhotoCrop roof = new PhotoCrop("roof", "china", 80, 110, 192);
    PhotoCrop trees = new PhotoCrop("trees", "china", 225, 440, 192);
    List<Double> few = List.of(3.0, 6.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0);
    List<Double> sigmas = List.of(0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0);
    return switch (scale) {
      case SMOKE ->
          new FreshSettings(
              1,
              List.of(roof),
              32,
              32,
              1,
              16,
              3,
              60,
              3,
              0.1,
              List.of(new Family("siren", List.of(5.0, 30.0, 45.0), 30, 1e-3)));
      case QUICK ->
          new FreshSettings(
              3,
              List.of(petals, blur, roof, trees),
              64,
              64,
              2,
              32,
              10,
              300,
              10,
              0.1,
              List.of(new Family("siren", few, 30, 5e-4), new Family("fourier", sigmas, 1, 3e-3)));
      case FULL ->
          new FreshSettings(
              3,
              List.of(petals, blur, roof, trees),
              192,
              256,
              3,
              64,
              10,
              15_000,
              30,
              0.1,
              List.of(
                  new Family(
                      "siren",
                      IntStream.rangeClosed(1, 20).mapToObj(i -> 10.0 * i).toList(),
                      30,
                      1e-4),
                  new Family(
                      "fourier",
                      IntStream.rangeClosed(1, 20).mapToObj(i -> (double) i).toList(),
                      1,
                      3e-3)));
    };
  }
}
