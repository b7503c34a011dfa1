package dev.melange.demo;

import dev.melange.papers.Cards;
import dev.melange.papers.Catalogue;
import dev.melange.papers.Method;
import dev.melange.papers.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All demonstrations: one for each paper that has one, in the catalogue's order. */
public final class Demos {
  private static final Map<String, String> SMALL = Map.of("d_model", "16", "d_ff", "32");

  private static final int EPOCHS = 8;

  /** Networks whose steps are slow, spiking or scanning ones for instance, learn in fewer. */
  private static final Map<String, Integer> FEWER_EPOCHS =
      Map.of("max-former", 4, "ms-mlp", 4, "strip-mlp", 4, "aff-net", 4, "mamba-mixer", 2);

  /** Those of their own; papers with small image classifiers have one that reads digits. */
  private static final List<Demo> OWN =
      List.of(
          new RestoreDemo("maxim", "maxim_tiny"),
          new ForecastDemo("timemixer", "timemixer", SMALL),
          new ForecastDemo("tsmixer", "tsmixer", Map.of()),
          new MixDemo("decoupled-mixup", null),
          new MixDemo("mixup-feature-learning", null),
          new MixDemo("mixup-neural-collapse", null),
          new MixDemo("adamixup", "adamixup"),
          new MixDemo("adversarial-automixup", "adautomix"),
          new ConceptsDemo("semi-nmf"));

  private static final List<Demo> ALL = build();

  private Demos() {}

  private static List<Demo> build() {
    Map<String, Demo> own = OWN.stream().collect(Collectors.toMap(Demo::key, demo -> demo));
    Set<String> papers = Cards.all().stream().map(card -> card.key()).collect(Collectors.toSet());
    List<Demo> all = new ArrayList<>();
    for (Method method : Catalogue.methods()) {
      List<Model> small = method.miniModels();
      if (own.containsKey(method.key())) {
        all.add(own.get(method.key()));
      } else if (papers.contains(method.key()) && !small.isEmpty()) {
        int epochs = FEWER_EPOCHS.getOrDefault(method.key(), EPOCHS);
        all.add(new ClassifyDemo(method.key(), small.get(0).name(), epochs));
      }
    }
    return List.copyOf(all);
  }

  /** All of them. */
  public static List<Demo> all() {
    return ALL;
  }

  /** The one of a paper. */
  public static Optional<Demo> of(String key) {
    return ALL.stream().filter(demo -> demo.key().equals(key)).findFirst();
  }
}
