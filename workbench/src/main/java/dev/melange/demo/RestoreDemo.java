package dev.melange.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import dev.melange.data.Dataset;
import dev.melange.data.LocatedSet;
import dev.melange.data.image.FloatImage;
import dev.melange.data.image.Image;
import dev.melange.data.image.ImageFiles;
import dev.melange.data.image.Resize;
import dev.melange.demo.DemoResult.Picture;
import dev.melange.demo.Field.Choice;
import dev.melange.demo.Field.Kind;
import dev.melange.io.Provenance;
import dev.melange.papers.Catalogue;
import dev.melange.papers.maxim.Degradation;
import dev.melange.papers.maxim.Maxim;
import dev.melange.papers.maxim.PhotoComparison;
import dev.melange.papers.maxim.PhotoPair;
import dev.melange.papers.maxim.RestorationExamples;
import dev.melange.papers.maxim.RestorationModel;
import dev.melange.papers.maxim.RestorationTask;
import dev.melange.papers.maxim.RestorationTraining;
import dev.melange.papers.maxim.Restorer;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.Trainer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** MAXIM removes the noise of a photograph. */
record RestoreDemo(String key, String model) implements Demo {
  private static final String WEIGHTS = "restorer.safetensors";
  private static final double SIGMA = 25.0 / 255;
  private static final int LARGEST = 320;
  private static final long SEED = 0;
  private static final Field PHOTO = Field.of("photo", "A photograph", Kind.IMAGE);
  private static final Field EXAMPLE =
      Field.choice(
          "example",
          "or an example",
          new Choice("none", "none"),
          new Choice("china.jpg", "a temple"),
          new Choice("flower.jpg", "a flower"));
  private static final Field NOISE =
      Field.choice(
          "noise",
          "Noise",
          new Choice("add", "add noise first, then remove it"),
          new Choice("keep", "the photograph is noisy already"));

  @Override
  public String title() {
    return "Take the noise out of a photograph";
  }

  @Override
  public String about() {
    return "A tiny MAXIM ("
        + model
        + "), trained for a few minutes on parts of two photographs, removes noise. The published"
        + " networks are a hundred times larger; photographs are made at most "
        + LARGEST
        + " pixels long here.";
  }

  @Override
  public List<Field> fields() {
    return List.of(PHOTO, EXAMPLE, NOISE);
  }

  @Override
  public List<String> weights() {
    return List.of(WEIGHTS);
  }

  // ---- training ----

  @Override
  public String train(Path folder, Consumer<Trainer> hook) throws IOException {
    Dataset<PhotoPair> photos = photos(List.of(example("china.jpg"), example("flower.jpg")));
    Degradation noise = new Degradation(Degradation.Config.noise(SIGMA));
    RestorationExamples examples = RestorationExamples.of(photos, noise, 96, false, SEED);
    RestorationTraining.Settings settings =
        new RestorationTraining.Settings(32, 8, 400, 4, 2e-3, 1e-5, 1, 0);
    try (RestorationModel trained =
        new RestorationModel(
            (Maxim) Catalogue.model(model).create(Map.of(), new Rng(SEED)),
            RestorationTask.DENOISE)) {
      Maxim network = trained.network();
      network.to(Engine.get().device());
      Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
      new RestorationTraining(settings, noise, SEED)
          .fit(
              network,
              photos,
              () -> examples.metrics(restorer),
              trainer -> {
                hook.accept(trainer);
                return trainer.fit();
              });
      network.eval();
      ObjectNode command = JsonNodeFactory.instance.objectNode().put("command", "demos train");
      trained.save(
          folder.resolve(WEIGHTS),
          new Provenance(
              model,
              network.origin().orElseThrow().config(),
              Map.of(),
              SEED,
              Configs.toJson(settings),
              command));
      List<RestorationExamples.Score> scores = examples.scores(restorer);
      return String.format(
          Locale.ROOT,
          "%s brings the middles of the two photographs from %.1f to %.1f dB",
          model,
          RestorationExamples.mean(scores, RestorationExamples.Score::psnrBefore),
          RestorationExamples.mean(scores, RestorationExamples.Score::psnrAfter));
    }
  }

  private static Dataset<PhotoPair> photos(List<Image> images) {
    return new Dataset<>() {
      @Override
      public int size() {
        return images.size();
      }

      @Override
      public PhotoPair get(int index, RandomGenerator draws) {
        return new PhotoPair(null, images.get(index));
      }

      @Override
      public String id(int index) {
        return "photograph " + index;
      }
    };
  }

  static Image example(String file) throws IOException {
    LocatedSet photos = DataSets.standard().where("photos");
    try (InputStream in = photos.source(file).open()) {
      return ImageFiles.decode(file, in.readAllBytes(), ImageFiles.MAX_PIXELS);
    }
  }

  // ---- use ----

  @Override
  public DemoResult run(DemoInput input, Path folder, BooleanSupplier cancelled)
      throws IOException {
    Image given = photo(input).withChannels(3);
    boolean add = input.value(NOISE).equals("add");
    Image before = add ? noisy(given) : given;
    try (RestorationModel loaded = RestorationModel.load(folder.resolve(WEIGHTS))) {
      loaded.network().to(Engine.get().device());
      Restorer restorer = new Restorer(loaded.network(), Restorer.Options.usual(loaded.network()));
      Image after = restorer.restore(before, (row, values, planes) -> {}, done -> {}, cancelled);
      List<Picture> pictures = new ArrayList<>();
      pictures.add(Pictures.of(add ? "With noise" : "Before", before));
      pictures.add(Pictures.of("Restored", after));
      if (!add) {
        return DemoResult.of("The noise is removed as far as it can.", List.of(), pictures);
      }
      pictures.add(Pictures.of("The photograph", given));
      return DemoResult.of(
          String.format(
              Locale.ROOT,
              "PSNR against the photograph: %.1f dB with noise, %.1f dB restored.",
              PhotoComparison.psnr(before, given, false),
              PhotoComparison.psnr(after, given, false)),
          List.of(),
          pictures);
    }
  }

  private static Image photo(DemoInput input) throws IOException {
    String example = input.value(EXAMPLE);
    if (!example.equals("none")) {
      Image whole = example(example);
      return new Resize(whole.height() / 2, whole.width() / 2, Resize.Filter.BICUBIC)
          .apply(whole, new Rng(SEED));
    }
    Image photo =
        input
            .image(PHOTO, LARGEST)
            .orElseThrow(
                () ->
                    new DataException("there is no photograph: upload one, or choose an example"));
    if (Math.min(photo.height(), photo.width()) < 16) {
      throw new DataException(
          "the photograph is %d x %d pixels, too small to be restored; the least is 16 x 16"
              .formatted(photo.width(), photo.height()));
    }
    return photo;
  }

  private static Image noisy(Image image) {
    try (Scope scope = Scope.open()) {
      Degradation noise = new Degradation(Degradation.Config.noise(SIGMA));
      float[] values =
          noise
              .apply(
                  Tensor.of(image.toFloat().data(), 1, 3, image.height(), image.width()),
                  new Rng(SEED))
              .contiguous()
              .toFloats();
      return new FloatImage(3, image.height(), image.width(), values).toImage();
    }
  }
}
