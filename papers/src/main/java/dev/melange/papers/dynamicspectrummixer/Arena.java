package dev.melange.papers.dynamicspectrummixer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataSets;
import dev.melange.data.image.ImageSets;
import dev.melange.data.image.Normalize;
import dev.melange.data.image.PackedImages;
import dev.melange.data.image.Pipeline;
import dev.melange.mix.MixContext;
import dev.melange.mix.MixPolicies;
import dev.melange.mix.MixPolicy;
import dev.melange.nn.ChannelLayerNorm;
import dev.melange.nn.Conv2d;
import dev.melange.nn.ImageModel;
import dev.melange.nn.IsotropicClassifier;
import dev.melange.nn.TokenMixerSlot;
import dev.melange.papers.ImageLoss;
import dev.melange.papers.dynamicspectrummixer.DsmSettings.Task;
import dev.melange.papers.study.ImageTraining;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Tensor;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Images on which the networks compete, with the same order and recipe.
 *
 * @param task how the networks are made and trained
 * @param images the images
 */
record Arena(Task task, StudyImages images) implements Closeable {
  private static final Normalize HALF = new Normalize(new float[] {0.5f}, new float[] {0.5f});
  private static final double EPS = 1e-6;

  /** Opens the images of a task. */
  static Arena open(DataSets sets, Task task) throws IOException {
    if (task.data().equals(List.of("digits"))) {
      return new Arena(task, digits(sets, task));
    }
    return new Arena(task, StudyImages.open(sets, task.choice()).scaledTo(HALF));
  }

  /** The first images for training, those that follow for the test. */
  private static StudyImages digits(DataSets sets, Task task) throws IOException {
    PackedImages train = ImageSets.digits(sets, 0, task.train());
    PackedImages test = ImageSets.digits(sets, task.train(), task.train() + task.test());
    return new StudyImages(
        "digits",
        train,
        test,
        train.classes(),
        train.channels(),
        train.height(),
        Pipeline.of(HALF),
        Pipeline.of(HALF),
        () -> {});
  }

  /** A network with new weights. */
  ImageModel create(Selection selection, Rng rng) {
    if (task.network().equals("dsm_s")) {
      return pyramid(selection, rng);
    }
    int patch = Math.min(task.patch(), images.size());
    int side = (images.size() - patch) / patch + 1;
    DsmBlock.Config config =
        new DsmBlock.Config(
            task.width(),
            side,
            side,
            task.mlp_ratio(),
            task.groups(),
            task.bands(),
            task.reduction(),
            "radial",
            "softmax",
            true,
            "mean-abs");
    List<DsmBlock> blocks = new ArrayList<>();
    Conv2d.Spec patches = Conv2d.Spec.of(images.channels(), task.width(), patch).stride(patch);
    Conv2d embed = new Conv2d(patches, rng);
    for (int i = 0; i < task.blocks(); i++) {
      blocks.add(selection.block(config, 0, rng));
    }
    return new IsotropicClassifier<>(
        embed,
        blocks,
        new ChannelLayerNorm(task.width(), EPS),
        task.width(),
        images.classes().size(),
        rng);
  }

  private Dsm pyramid(Selection selection, Rng rng) {
    DsmConfig config =
        Configs.with(
            DsmPaper.SMALL.forImages(
                images.channels(), images.size(), images.size(), images.classes().size()),
            Map.of("drop_path_rate", Double.toString(task.drop_path())));
    Dsm model = new Dsm(config, rng);
    if (selection != Selection.DYNAMIC) {
      for (TokenMixerSlot slot : model.tokenMixerSlots(images.size(), images.size())) {
        slot.replace(selection.mixer(config.block(slot.stage()).mixer(), rng));
      }
    }
    return model;
  }

  /** Trains a network and says what came of it. */
  ObjectNode run(Selection selection, Trial trial) throws IOException {
    try (ImageModel model = create(selection, new Rng(trial.seed()))) {
      MixPolicy policy = MixPolicies.parse(task.mix());
      MixContext context = MixContext.of(model, images.evaluation().normalize());
      ObjectNode result =
          new ImageTraining(images, task.recipe())
              .run(
                  trial,
                  model,
                  new ImageLoss(model, task.recipe().smoothing()),
                  task.mix().equals("vanilla")
                      ? null
                      : (plain, rng, progress) -> policy.apply(plain, context.at(progress), rng));
      trial.save(model, "dynamic-spectrum-mixer-study-" + selection.key(), task);
      return result;
    }
  }

  /**
   * The weights that each block of a dynamic network gives the bands, [B, bands, groups].
   *
   * @param x [B, channels, H, W]
   */
  static List<Tensor> bandWeights(ImageModel model, Tensor x) {
    if (model instanceof Dsm pyramid) {
      return pyramid.bandWeights(x);
    }
    if (model instanceof IsotropicClassifier<?> isotropic) {
      List<Tensor> inputs = isotropic.blockInputs(x);
      List<Tensor> weights = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        weights.add(((DsmBlock) isotropic.blocks().get(i)).bandWeights(inputs.get(i)));
      }
      return weights;
    }
    throw new IllegalArgumentException("no network of the study: " + model.getClass());
  }

  @Override
  public void close() throws IOException {
    images.close();
  }
}
