package dev.melange.papers.msmlp;

import dev.melange.data.image.Image;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.ColorMap;
import dev.melange.report.ImageGrid;
import dev.melange.report.Report;
import dev.melange.report.Tile;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.tensor.Tensor;
import dev.melange.train.ImageBatches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The study's part of the report. */
final class MsMlpReport {
  private final StudyRun run;
  private final MsMlpSettings settings;
  private final StudyImages images;
  private final ImageResults results;

  MsMlpReport(StudyRun run, MsMlpSettings settings, StudyImages images, ImageResults results) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
  }

  void write() throws IOException {
    Report report = run.report();
    report.section("Accuracy with and without shifting and mixing");
    report.paragraph(
        images.describe(
                images.describeAugmentation(settings.augment()),
                settings.recipe().epochs(),
                settings.recipe().batch(),
                settings.seeds())
            + " The networks share all but the distances and the sizes of the neighbourhoods.");
    run.result(results.table());
    report.charts(List.of(results.bars()));
    report.charts(results.curves());
    fields();
    run.compare(
        "top-1 (%), mixing and shifting against its parts",
        "82.1 for the tiny network (ImageNet-1k, 300 epochs); no figure for its parts",
        results.summary() + " (" + images.name() + ")");
  }

  private void fields() throws IOException {
    List<Image> pictures = new ArrayList<>();
    for (int i = 0; i < Math.min(settings.field_images(), images.test().size()); i++) {
      pictures.add(images.test().get(i, new Rng(0)).image());
    }
    ImageGrid.Builder fields = null;
    ImageGrid.Builder groups = null;
    for (String key : settings.variants()) {
      Variant variant = Variant.of(key);
      MsMlpConfig config = settings.config(variant, images);
      try (MsMlp model = new MsMlp(config, new Rng(0));
          Scope scope = Scope.open()) {
        run.load(key + "-s" + run.seed(), model);
        model.eval();
        if (fields == null) {
          fields =
              grid("What the middle of a map is computed from", "after stage ", config.stages());
          groups = grid("What the groups of the first block read", "group ", config.shift_size());
        }
        Tensor x = ImageBatches.tensor(pictures, images.evaluation());
        List<Tile> stages = new ArrayList<>();
        for (int s = 0; s < config.stages(); s++) {
          stages.add(Tile.heat(ReceptiveField.ofStage(model, x, s), ColorMap.INFERNO));
        }
        fields.row(variant.title(), stages);
        int height = config.img_size().height() / config.patch_size().height();
        int width = config.img_size().width() / config.patch_size().width();
        groups.row(
            variant.title(),
            ReceptiveField.ofGroups((MixShift) model.mixer(0, 0), height, width).stream()
                .map(field -> Tile.heat(field, ColorMap.INFERNO))
                .toList());
      }
    }
    run.report()
        .section("What is read")
        .paragraph(
            "Receptive fields of the first seed's networks: the mean absolute gradient of the features in the middle of a stage's map with respect to each pixel, over %d test images; each picture is scaled to its largest value."
                .formatted(pictures.size()))
        .images(fields.build())
        .paragraph(
            "The same for each group of channels of the first block alone, with respect to the map that enters it: groups roll by %s and mix over the sizes %s."
                .formatted(
                    settings.config(Variant.MIX_SHIFT, images).shift_dist(),
                    settings.config(Variant.MIX_SHIFT, images).mix_size().get(0)))
        .images(groups.build());
  }

  private static ImageGrid.Builder grid(String title, String column, int columns) {
    String[] names = new String[columns];
    for (int i = 0; i < columns; i++) {
      names[i] = column + (i + 1);
    }
    return ImageGrid.titled(title).columns(names).cellWidth(128);
  }
}
