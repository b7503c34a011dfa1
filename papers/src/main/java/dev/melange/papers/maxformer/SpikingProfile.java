package dev.melange.papers.maxformer;

import dev.melange.nn.ImageModel;
import dev.melange.nn.Layer;
import dev.melange.nn.Macs;
import dev.melange.nn.spiking.SpikeListener;
import dev.melange.nn.spiking.SpikingNeuron;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.OperationListener;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a spiking network does with images: how often each layer of neurons fires, and what each
 * product of weights costs per image.
 *
 * <pre>{@code
 * SpikingProfile profile = SpikingProfile.of(model, images);
 * profile.neurons().forEach(layer -> System.out.println(layer.name() + " " + layer.rate()));
 * System.out.println(profile.energy().millijoules() + " mJ per image");
 * }</pre>
 *
 * @param steps time steps
 * @param neurons the layers of neurons in order
 * @param products the convolutions, linear layers and products of attentions in order
 */
public record SpikingProfile(int steps, List<Firing> neurons, List<Product> products) {
  /**
   * A layer of neurons.
   *
   * @param name full name of the layer
   * @param rate share of ones among its spikes
   * @param rateByStep the same for each time step
   */
  public record Firing(String name, double rate, List<Double> rateByStep) {
    /** Copies the list. */
    public Firing {
      rateByStep = List.copyOf(rateByStep);
    }
  }

  /**
   * A product.
   *
   * @param name full name of the layer; of a product without weights that of the layer before, with
   *     {@code (product)}
   * @param operations multiply-accumulate operations per image: in one time step if the input is
   *     spikes, in all steps with different input if it is real-valued
   * @param inputRate share of ones in the input; 1 for real-valued input
   * @param real whether the input is real-valued
   */
  public record Product(String name, double operations, double inputRate, boolean real) {}

  /** Copies the lists. */
  public SpikingProfile {
    neurons = List.copyOf(neurons);
    products = List.copyOf(products);
  }

  /** Whether a model has spiking neurons. */
  public static boolean isSpiking(Layer model) {
    return model instanceof SpikingNeuron
        || model.children().values().stream().anyMatch(SpikingProfile::isSpiking);
  }

  /**
   * Observes a forward pass; the model's mode is left as it is.
   *
   * @param model a spiking network
   * @param images images [B, c, H, W] or frames [B, T, c, H, W]
   * @throws IllegalArgumentException if nothing in the model spikes
   */
  public static SpikingProfile of(ImageModel model, Tensor images) {
    Observer observer = new Observer(model, images.size(0));
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      SpikeListener.during(
          observer::fired,
          () -> OperationListener.during(observer::ran, () -> model.forward(images)));
    }
    if (observer.neurons.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no spiking neurons to observe".formatted(model.getClass().getSimpleName()));
    }
    return new SpikingProfile(
        observer.neurons.get(0).rateByStep().size(), observer.neurons, observer.products);
  }

  /** The mean rate over all layers of neurons. */
  public double meanRate() {
    return neurons.stream().mapToDouble(Firing::rate).average().orElseThrow();
  }

  /** The energy of an image on hardware for spikes; see {@link SpikingEnergy}. */
  public SpikingEnergy.Estimate energy() {
    return estimate(false);
  }

  /** The energy of an image if all inputs were real-valued and one pass were enough. */
  public SpikingEnergy.Estimate energyOfRealTwin() {
    return estimate(true);
  }

  private SpikingEnergy.Estimate estimate(boolean allReal) {
    double[] operations = new double[products.size()];
    double[] rates = new double[products.size()];
    boolean[] real = new boolean[products.size()];
    for (int i = 0; i < real.length; i++) {
      operations[i] = products.get(i).operations();
      rates[i] = products.get(i).inputRate();
      real[i] = allReal || products.get(i).real();
    }
    return SpikingEnergy.estimate(SpikingEnergy.Config.of(steps), operations, rates, real);
  }

  /** Collects what one forward pass does. */
  private static final class Observer {
    private final long images;
    private final IdentityHashMap<Layer, String> names = new IdentityHashMap<>();
    private final Map<String, Tensor> weights;
    private final List<Firing> neurons = new ArrayList<>();
    private final List<Product> products = new ArrayList<>();
    private String last = "";

    Observer(ImageModel model, long images) {
      this.images = images;
      model.visit((path, layer) -> names.put(layer, path));
      weights = new LinkedHashMap<>(model.parameters());
    }

    void fired(SpikingNeuron neuron, Tensor spikes) {
      int count = (int) spikes.size(0);
      List<Double> bySteps = new ArrayList<>();
      double sum = 0;
      for (double rate : spikes.flatten(1, -1).mean(1).toDoubles()) {
        bySteps.add(rate);
        sum += rate;
      }
      neurons.add(new Firing(names.getOrDefault(neuron, "neurons"), sum / count, bySteps));
    }

    void ran(String operation, Tensor result, Tensor... operands) {
      long macs = Macs.of(operation, result, operands);
      if (macs == 0) {
        return;
      }
      boolean weighted = !operation.equals("matmul");
      last = weighted ? nameOf(operands[1]) : last;
      Tensor spikes = isSpikes(operands[0]) ? operands[0] : operands[1];
      double perImage = (double) macs / images;
      if (!neurons.isEmpty() && isSpikes(spikes)) {
        double steps = neurons.get(0).rateByStep().size();
        products.add(
            new Product(
                weighted ? last : last + " (product)",
                perImage / steps,
                spikes.mean().item(),
                false));
      } else {
        double different = (double) distinct(operands[0]) / operands[0].size(0);
        products.add(new Product(last, perImage * different, 1, true));
      }
    }

    private String nameOf(Tensor weight) {
      for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
        if (entry.getValue().sharesStorage(weight)) {
          return entry.getKey().replaceFirst("\\.weight$", "");
        }
      }
      return "product";
    }

    private static boolean isSpikes(Tensor x) {
      return x.mul(x.rsub(1)).abs().max().item() == 0; // each element is 0 or 1
    }

    /** The images themselves if every time step shows the same ones, otherwise all rows. */
    private long distinct(Tensor x) {
      long rows = x.size(0);
      if (rows <= images || rows % images != 0) {
        return rows;
      }
      Tensor steps = x.unflatten(0, rows / images, images);
      return steps.sub(steps.get(0)).abs().max().item() == 0 ? images : rows;
    }
  }
}
