package dev.melange.papers.adamixup;

import dev.melange.mix.MixContext;
import dev.melange.mix.MixLearner;
import dev.melange.mix.MixPreview;
import dev.melange.mix.MixSetup;
import dev.melange.nn.ImageModel;
import dev.melange.nn.Linear;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.DType;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.TensorBatch;
import dev.melange.train.TrainingProgress;
import java.util.ArrayList;
import java.util.List;

/**
 * The generator of policy regions and the discriminator of intrusions beside any image model: the
 * discriminator judges by the means of the classifier's features, the generator is a network of the
 * same architecture.
 */
final class RegionLearner extends MixLearner implements AdaMixUpNetworks {
  private final AdaMixUpPolicy policy;
  private final ImageModel model;
  private final ImageModel generator;
  private final Linear gate;
  private final Linear gate2;
  private final Linear intrusionHidden;
  private final Linear intrusionHead;
  private final AdaMixUpObjective objective;

  RegionLearner(MixSetup setup, AdaMixUpPolicy policy) {
    super(setup);
    this.policy = policy;
    model = setup.model();
    generator = child("policy", setup.twin());
    int width;
    generator.eval();
    try (var guard = Autograd.noGrad();
        Scope scope = Scope.open()) {
      width = (int) means(generator.forwardFeatures(setup.like(1))).size(1);
    }
    // its classifier is of no use here
    generator
        .parameters()
        .forEach(
            (name, tensor) ->
                tensor.requiresGrad_(!generator.classifierParameters().contains(name)));
    int classes = model.classes();
    gate = child("gate_linear", ConvTrunk.smallLinear(width, policy.gate_hidden(), setup.rng()));
    gate2 =
        child(
            "gate_linear2",
            ConvTrunk.smallLinear(policy.gate_hidden(), 3 * (policy.fold() - 1), setup.rng()));
    intrusionHidden = child("linear001", ConvTrunk.smallLinear(width, classes, setup.rng()));
    intrusionHead = child("linear2", ConvTrunk.smallLinear(classes, 2, setup.rng()));
    setup.match(this);
    objective =
        new AdaMixUpObjective(
            this,
            policy.fold(),
            classes,
            policy.label_grad(),
            policy.intrusion(),
            setup.mixedLoss());
  }

  private static Tensor means(Tensor features) {
    return features.dim() == 4 ? features.mean(2, 3) : features.mean(1);
  }

  @Override
  public String name() {
    return policy.name();
  }

  @Override
  public Tensor triples(Tensor gated, Tensor dropout) {
    return gate2.forward(gate.forward(means(scoped(() -> generator.forwardFeatures(gated)))));
  }

  @Override
  public Tensor features(Tensor image, Tensor dropout) {
    return scoped(() -> model.forwardFeatures(image));
  }

  @Override
  public Tensor classify(Tensor features) {
    return model.forwardHead(features);
  }

  @Override
  public Tensor intrusion(Tensor features) {
    return intrusionHead.forward(intrusionHidden.forward(means(features)));
  }

  @Override
  protected Tensor loss(Tensor image, Tensor label, TrainingProgress progress, Rng rng) {
    AdaMixUpObjective.Parts parts =
        objective.losses(image, label, AdaMixUpDraws.draw(image, policy.fold(), rng));
    return parts.intrusion() == null
        ? parts.mix()
        : parts.mix().add(parts.intrusion().mul(policy.intrusion()));
  }

  @Override
  public MixPreview preview(TensorBatch batch, MixContext context, int classes, Rng rng) {
    return Autograd.noGrad(
        () -> {
          Tensor image = batch.get("image");
          Tensor oneHot = batch.get("label").oneHot(classes).to(DType.F32);
          // the draws are those of half a batch: show it all
          AdaMixUpDraws draws = AdaMixUpDraws.draw(Tensor.cat(0, image, image), policy.fold(), rng);
          List<Tensor> images = new ArrayList<>(List.of(image));
          List<Tensor> targets = new ArrayList<>(List.of(oneHot));
          for (int i = 0; i < policy.fold() - 1; i++) {
            Tensor partner =
                draws.index().get(i).narrow(0, 0, batch.size()).remainder(batch.size());
            images.add(image.indexSelect(0, partner));
            targets.add(oneHot.indexSelect(0, partner));
          }
          PolicyGenerator.Mixture mixture =
              PolicyGenerator.mix(
                  gated -> triples(gated, null), policy.fold(), images, draws.noise(), draws.u());
          return new MixPreview(
              mixture.image(), AdaMixUpObjective.target(targets, mixture.weights().to(DType.F32)));
        });
  }
}
