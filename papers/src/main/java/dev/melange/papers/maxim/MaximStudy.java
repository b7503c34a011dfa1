package dev.melange.papers.maxim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.nn.Macs;
import dev.melange.optim.Adam;
import dev.melange.optim.Optimizer;
import dev.melange.optim.ParameterGroup;
import dev.melange.papers.maxim.MaximSettings.Variant;
import dev.melange.papers.maxim.RestorationExamples.Score;
import dev.melange.papers.study.Finding;
import dev.melange.papers.study.Scale;
import dev.melange.papers.study.Study;
import dev.melange.papers.study.StudyRun;
import dev.melange.papers.study.Trial;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Engine;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.EpochRecord;
import dev.melange.train.TrainingResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What multi-axis blocks see and cost, exactly; and whether a network with them restores better
 * than the same U-Net without, trained alike.
 */
final class MaximStudy implements Study {
  private static final int PICTURES = 6;
  private static final int CELL = 112;

  @Override
  public String question() {
    return "Do multi-axis blocks see the whole image at a cost linear in its pixels, and does a U-Net restore better with them?";
  }

  @Override
  public Record settings(Scale scale) {
    return MaximSettings.of(scale);
  }

  @Override
  public List<Finding> run(StudyRun run) throws IOException {
    MaximSettings settings = run.settings(MaximSettings.class);
    StudyPhotos photos = StudyPhotos.load(run.data(), settings);
    List<Variant> variants = settings.variants();
    run.expect(variants.size() * settings.seeds());
    List<StudyRun.Planned> planned = new ArrayList<>();
    for (int i = 0; i < settings.seeds(); i++) {
      for (Variant variant : variants) {
        planned.add(
            new StudyRun.Planned(
                variant.key(), i, trial -> restore(settings, photos, variant, trial)));
      }
    }
    List<ObjectNode> all = run.trials(planned);
    List<JsonNode> maxim = new ArrayList<>();
    List<JsonNode> conv = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      boolean ours = planned.get(i).variant().equals("maxim");
      (ours ? maxim : conv).add(all.get(i));
      checkLearned(run, planned.get(i), all.get(i));
    }
    RestorationResults results = new RestorationResults(settings, maxim, conv);
    Structure structure = Structure.measure(run.seed());
    report(run, settings, photos, results, structure);
    compareWithThePaper(run, results, structure);
    return List.of(structure.finding(), results.better(run.scale()), results.bothWork());
  }

  private static ObjectNode restore(
      MaximSettings settings, StudyPhotos photos, Variant variant, Trial trial) throws IOException {
    try (Maxim network = new Maxim(variant.config(), new Rng(trial.seed()))) {
      network.to(Engine.get().device());
      Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
      TrainingResult result;
      try (Optimizer adam = Adam.of(ParameterGroup.all(network, 0), Adam.Config.ADAM)) {
        result =
            trial.train(
                new RestorationTraining(settings.training(), photos.degradation(), trial.seed())
                    .trainer(network, photos.train(), adam)
                    .metrics(() -> photos.examples().metrics(restorer)));
      }
      network.eval();
      trial.save(network, variant.key(), variant.config());
      List<Score> scores = photos.examples().scores(restorer);
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("parameters", network.parameterCount());
      json.put("macs_by_pixel", macsByPixel(network));
      json.put("psnr_before", RestorationExamples.mean(scores, Score::psnrBefore));
      json.put("psnr", RestorationExamples.mean(scores, Score::psnrAfter));
      json.put("ssim_before", RestorationExamples.mean(scores, Score::ssimBefore));
      json.put("ssim", RestorationExamples.mean(scores, Score::ssimAfter));
      ArrayNode steps = json.putArray("steps");
      ArrayNode losses = json.putArray("loss_by_epoch");
      ArrayNode psnr = json.putArray("psnr_by_step");
      for (EpochRecord epoch : result.history()) {
        steps.add(epoch.step());
        losses.add(epoch.loss());
        psnr.add(epoch.metrics().get("psnr"));
      }
      return json;
    }
  }

  private static double macsByPixel(Maxim network) {
    int height = network.config().heightFactor();
    int width = network.config().widthFactor();
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      Tensor x = Tensor.zeros(1, 3, height, width).to(Engine.get().device());
      return (double) Macs.count(() -> network.forward(x)) / (height * width);
    }
  }

  private static void checkLearned(StudyRun run, StudyRun.Planned planned, JsonNode result) {
    JsonNode losses = result.get("loss_by_epoch");
    double first = losses.get(0).asDouble();
    double last = losses.get(losses.size() - 1).asDouble();
    run.check(
        String.format(
            Locale.ROOT,
            "%s-s%d: the loss fell from %.4f to %.4f.",
            planned.variant(),
            run.seed() + planned.repetition(),
            first,
            last),
        last < first);
  }

  private static void report(
      StudyRun run,
      MaximSettings settings,
      StudyPhotos photos,
      RestorationResults results,
      Structure structure)
      throws IOException {
    run.report().section("What a pixel depends on, and what that costs");
    run.report()
        .paragraph(
            "Networks with random weights on a random image; the gradient of one pixel of the result with respect to every pixel of the image.")
        .images(structure.picture());
    run.result(structure.table());
    run.report().charts(structure.chart());
    run.report().section("Restoring");
    run.result(results.table());
    run.report().charts(results.curves());
    for (Variant variant : settings.variants()) {
      try (Maxim network = new Maxim(variant.config(), new Rng(0))) {
        run.load(variant.key() + "-s" + run.seed(), network);
        network.to(Engine.get().device());
        Restorer restorer = new Restorer(network, new Restorer.Options(0, 0, 1));
        run.report()
            .images(
                RestorationPictures.grid(
                    variant.title() + ", first seed", photos.examples(), restorer, PICTURES, CELL));
      }
    }
  }

  private static void compareWithThePaper(
      StudyRun run, RestorationResults results, Structure structure) {
    run.compare(
        "PSNR (dB)",
        "39.96 on SIDD (noise), 32.86 on GoPro (blur), 33.24 on Rain13k; ablations on SIDD are in the paper's table",
        results.inWords());
    run.compare(
        "what a pixel depends on after two blocks",
        "the whole image",
        "%d of %d pixels"
            .formatted(
                Structure.pixels(structure.two()),
                structure.two().length * structure.two()[0].length));
    try (Maxim published = new Maxim(MaximPaper.published(32, 2), new Rng(0))) {
      run.compare(
          "parameters of MAXIM-2S",
          "14.1 million",
          String.format(Locale.ROOT, "%,d", published.parameterCount()));
    }
  }
}
