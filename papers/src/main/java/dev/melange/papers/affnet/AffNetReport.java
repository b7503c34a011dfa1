package dev.melange.papers.affnet;

import dev.melange.data.image.Image;
import dev.melange.nn.ImageModel;
import dev.melange.papers.ModelCost;
import dev.melange.papers.study.ImageResults;
import dev.melange.papers.study.StudyImages;
import dev.melange.papers.study.StudyRun;
import dev.melange.report.Report;
import dev.melange.tensor.Autograd;
import dev.melange.tensor.Rng;
import dev.melange.tensor.Scope;
import dev.melange.train.ImageBatches;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The study's part of the report. */
final class AffNetReport {
  private static final int CHANNELS_SHOWN = 6;
  private static final int IMAGES_COMPARED = 4;

  private final StudyRun run;
  private final AffNetSettings settings;
  private final StudyImages images;
  private final AffNetResults results;

  AffNetReport(StudyRun run, AffNetSettings settings, StudyImages images, AffNetResults results) {
    this.run = run;
    this.settings = settings;
    this.images = images;
    this.results = results;
  }

  /** Writes it; what it says of the filters is also a finding. */
  FilterFacts write() throws IOException {
    Report report = run.report();
    report.section("Accuracy by filter");
    report.paragraph(
        images.describe(
                images.describeAugmentation(settings.augment()),
                settings.recipe().epochs(),
                settings.recipe().batch(),
                settings.seeds())
            + " The networks differ in nothing but the filter.");
    ImageResults shared = shared();
    run.result(shared.table());
    report.charts(List.of(shared.bars(), shared.bySize()));
    report.charts(shared.curves());
    FilterFacts facts;
    try (ImageModel model = StudyNetwork.create(settings, Filtering.ADAPTIVE, images, new Rng(0))) {
      run.load(Filtering.ADAPTIVE.key() + "-s" + run.seed(), model);
      model.eval();
      if (settings.pictures() > 0) {
        pictures(model);
      }
      facts = FilterFacts.of(model, images, IMAGES_COMPARED);
    }
    compare(shared.summary());
    return facts;
  }

  private ImageResults shared() {
    return new ImageResults(
        images.name(),
        results.trials().entrySet().stream()
            .map(
                entry ->
                    new ImageResults.Network(
                        entry.getKey().key(),
                        entry.getKey().title(),
                        macs(entry.getKey()),
                        entry.getValue()))
            .toList());
  }

  private long macs(Filtering filtering) {
    try (ImageModel model = StudyNetwork.create(settings, filtering, images, new Rng(0))) {
      return ModelCost.of(model, images.channels(), images.size(), images.size()).macs();
    }
  }

  private void pictures(ImageModel model) throws IOException {
    List<Image> pictures = new ArrayList<>();
    List<BufferedImage> shown = new ArrayList<>();
    List<String> captions = new ArrayList<>();
    for (int index : images.oneOfEachClass(settings.pictures())) {
      pictures.add(images.test().get(index, new Rng(0)).image());
      shown.add(images.shown(index).toBufferedImage());
      captions.add(images.classes().get(images.test().get(index, new Rng(0)).label()));
    }
    run.report()
        .section("Filters made for single images")
        .paragraph(
            "Of the first trained network with adaptive filters: for each image the masks by which the spectrum is multiplied (frequency zero is in the middle of the left edge), and the kernels of the convolution that this equals (shift zero is in the middle; blue and red are opposite signs). A static filter would have the same masks in every row.");
    try (Scope scope = Scope.open();
        var guard = Autograd.noGrad()) {
      List<AffTokenMixer.Filtered> filters =
          StudyNetwork.filters(model, ImageBatches.tensor(pictures, images.evaluation()));
      for (int block : List.of(0, filters.size() - 1)) {
        run.report()
            .images(
                MaskPictures.of(
                    "Filters of block %d of %d".formatted(block + 1, filters.size()),
                    filters.get(block),
                    shown,
                    captions,
                    CHANNELS_SHOWN));
      }
    }
  }

  private void compare(String here) {
    run.compare(
        "top-1 (%) of the smallest network",
        "73.0 (AFFNet-ET, ImageNet-1K, 1.4 M parameters)",
        "%s (%s, %s)".formatted(here, settings.network(), images.name()));
    try (AffNet smallest = new AffNet(AffNetPaper.ET, new Rng(0))) {
      run.compare(
          "parameters of AFFNet-ET",
          "1.4 M",
          String.format(Locale.ROOT, "%,d", smallest.parameterCount()));
    }
  }
}
