package dev.melange.papers;

import dev.melange.component.Component;
import dev.melange.component.Components;
import dev.melange.component.Suggestions;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.adamixup.AdaMixUpPaper;
import dev.melange.papers.adversarialautomixup.AdAutoMixPaper;
import dev.melange.papers.affnet.AffNetPaper;
import dev.melange.papers.bert.BertPaper;
import dev.melange.papers.coordinateawaremodulation.CamPaper;
import dev.melange.papers.decoupledmixup.DecoupledMixupPaper;
import dev.melange.papers.dynamicspectrummixer.DsmPaper;
import dev.melange.papers.fields.SignalModel;
import dev.melange.papers.finalmlp.FinalMlpPaper;
import dev.melange.papers.fresh.FreshPaper;
import dev.melange.papers.gpt.GptPaper;
import dev.melange.papers.hardnegativemixing.HardNegativeMixingPaper;
import dev.melange.papers.hourglassmlp.HourglassMlpPaper;
import dev.melange.papers.mambamixer.MambaMixerPaper;
import dev.melange.papers.maxformer.MaxFormerPaper;
import dev.melange.papers.maxim.MaximPaper;
import dev.melange.papers.metaformer.MetaFormerPaper;
import dev.melange.papers.mixers.MixersComparison;
import dev.melange.papers.mixupfeaturelearning.MixupFeatureLearningPaper;
import dev.melange.papers.mixupneuralcollapse.MixupNeuralCollapsePaper;
import dev.melange.papers.mixuppolicies.MixupPolicies;
import dev.melange.papers.mlpmixer.MlpMixerPaper;
import dev.melange.papers.msmlp.MsMlpPaper;
import dev.melange.papers.ninformer.NinFormerPaper;
import dev.melange.papers.raftmlp.RaftMlpPaper;
import dev.melange.papers.scalingmlps.ScalingMlpsPaper;
import dev.melange.papers.seminmf.SemiNmfPaper;
import dev.melange.papers.stripmlp.StripMlpPaper;
import dev.melange.papers.timemixer.TimeMixerPaper;
import dev.melange.papers.tsmixer.TsMixerPaper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** All implemented methods, listed explicitly: a new paper is one package and one line here. */
public final class Catalogue {
  private static final List<Method> METHODS =
      List.of(
          new MetaFormerPaper(),
          new MaximPaper(),
          new MaxFormerPaper(),
          new MlpMixerPaper(),
          new RaftMlpPaper(),
          new MsMlpPaper(),
          new BertPaper(),
          new GptPaper(),
          new TimeMixerPaper(),
          new MambaMixerPaper(),
          new FreshPaper(),
          new FinalMlpPaper(),
          new MixupPolicies(),
          new DecoupledMixupPaper(),
          new MixupFeatureLearningPaper(),
          new MixupNeuralCollapsePaper(),
          new AdaMixUpPaper(),
          new AdAutoMixPaper(),
          new SemiNmfPaper(),
          new HardNegativeMixingPaper(),
          new ScalingMlpsPaper(),
          new StripMlpPaper(),
          new NinFormerPaper(),
          new HourglassMlpPaper(),
          new TsMixerPaper(),
          new AffNetPaper(),
          new DsmPaper(),
          new CamPaper());

  /** Studies that are no paper's. */
  private static final List<StudySubject> COMPARISONS = List.of(new MixersComparison());

  private Catalogue() {}

  /** All implemented methods, papers and the bases they build on. */
  public static List<Method> methods() {
    return METHODS;
  }

  /** The method of a key, if it is implemented. */
  public static Optional<Method> find(String key) {
    return METHODS.stream().filter(method -> method.key().equals(key)).findFirst();
  }

  /** All papers with a study, in order of the catalogue. */
  public static List<Paper> papers() {
    return METHODS.stream().filter(Paper.class::isInstance).map(Paper.class::cast).toList();
  }

  /** All studies: those of the papers, then those across papers. */
  public static List<StudySubject> studies() {
    return Stream.concat(papers().stream(), COMPARISONS.stream()).toList();
  }

  /**
   * The study of a key.
   *
   * @throws IllegalArgumentException if there is no such key, with a suggestion; or if the paper's
   *     study or the whole paper is not implemented yet
   */
  public static StudySubject study(String key) {
    Optional<StudySubject> study =
        studies().stream().filter(subject -> subject.key().equals(key)).findFirst();
    if (study.isPresent()) {
      return study.get();
    }
    Optional<Method> method = find(key);
    String runnable =
        "; those that can be run: " + studies().stream().map(StudySubject::key).toList();
    if (method.isPresent()) {
      throw new IllegalArgumentException(
          "%s is implemented, but has no study%s".formatted(key, runnable));
    }
    Card card = Cards.get(key);
    throw new IllegalArgumentException("%s is not implemented%s".formatted(card.key(), runnable));
  }

  /** All networks that signals can be fitted with, in order of the catalogue. */
  public static List<SignalModel> signalModels() {
    return METHODS.stream().flatMap(method -> method.signalModels().stream()).toList();
  }

  /**
   * The network for signals of a name.
   *
   * @throws IllegalArgumentException if there is none; names those that there are
   */
  public static SignalModel signalModel(String name) {
    List<SignalModel> all = signalModels();
    return all.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no signal model '%s'; there are %s"
                        .formatted(
                            name,
                            String.join(", ", all.stream().map(SignalModel::name).toList()))));
  }

  /** All components of all methods. */
  public static Components components() {
    List<Component> all = new ArrayList<>();
    METHODS.forEach(method -> all.addAll(method.components()));
    return new Components(all);
  }

  /** All models of all methods, in order of the catalogue, the small ones at the end. */
  public static List<Model> models() {
    Map<String, Model> models = new LinkedHashMap<>();
    METHODS.forEach(method -> method.models().forEach(model -> models.put(model.name(), model)));
    miniModels().forEach(model -> models.putIfAbsent(model.name(), model));
    return List.copyOf(models.values());
  }

  /** One small network of each kind of image model ({@link Method#miniModels}). */
  public static List<Model> miniModels() {
    return METHODS.stream().flatMap(method -> method.miniModels().stream()).toList();
  }

  /** The models whose name matches a pattern with {@code *} for any text. */
  public static List<Model> models(String pattern) {
    Predicate<String> matches = matching(pattern);
    return models().stream().filter(model -> matches.test(model.name())).toList();
  }

  private static Predicate<String> matching(String pattern) {
    return Pattern.compile(
            Pattern.quote(pattern).replace("*", "\\E.*\\Q"), Pattern.CASE_INSENSITIVE)
        .asMatchPredicate();
  }

  /**
   * The model of a name.
   *
   * @throws IllegalArgumentException with a suggestion, if there is none
   */
  public static Model model(String name) {
    return models().stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown model '"
                        + name
                        + "'"
                        + Suggestions.didYouMean(name, models().stream().map(Model::name).toList())
                        + " (list them with: melange models)"));
  }

  /** The token mixers of all methods, in order of the catalogue. */
  public static List<TokenMixer> tokenMixers() {
    return METHODS.stream().flatMap(method -> method.tokenMixers().stream()).toList();
  }

  /** The token mixers whose name matches a pattern with {@code *} for any text. */
  public static List<TokenMixer> tokenMixers(String pattern) {
    Predicate<String> matches = matching(pattern);
    return tokenMixers().stream().filter(mixer -> matches.test(mixer.name())).toList();
  }

  /**
   * The token mixer of a name.
   *
   * @throws IllegalArgumentException with a suggestion and all names, if there is none
   */
  public static TokenMixer tokenMixer(String name) {
    List<String> names = tokenMixers().stream().map(TokenMixer::name).toList();
    return tokenMixers().stream()
        .filter(mixer -> mixer.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown token mixer '%s'%s (token mixers: %s)"
                        .formatted(
                            name, Suggestions.didYouMean(name, names), String.join(", ", names))));
  }
}
