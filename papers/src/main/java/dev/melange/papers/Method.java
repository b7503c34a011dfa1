package dev.melange.papers;

import dev.melange.component.Component;
import dev.melange.nn.TokenMixer;
import dev.melange.papers.fields.SignalModel;
import dev.melange.papers.forecast.ForecastMethod;
import java.util.List;

/** An implemented method: its verifiable components and its models by name. */
public interface Method {
  /** The key, such as {@code metaformer}. */
  String key();

  /** All components of the method. */
  List<Component> components();

  /** The published models, by name; empty for methods that are not models. */
  default List<Model> models() {
    return List.of();
  }

  /**
   * One small network of each kind among the method's image models, by name: for images 3x32x32 of
   * 10 classes, with 50,000 to 1,000,000 parameters, so that training it for some epochs takes a
   * minute. The study {@code mixers} compares them all. Empty for methods that are none.
   */
  default List<Model> miniModels() {
    return List.of();
  }

  /** The method's token mixers, for the backbones of all papers; empty for methods without. */
  default List<TokenMixer> tokenMixers() {
    return List.of();
  }

  /** The networks that forecast series of one's own; empty for most. */
  default List<ForecastMethod> forecasters() {
    return List.of();
  }

  /** The networks that signals of one's own can be fitted with; empty for most. */
  default List<SignalModel> signalModels() {
    return List.of();
  }
}
