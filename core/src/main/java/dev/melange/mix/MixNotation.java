package dev.melange.mix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.component.Configs;
import dev.melange.component.Suggestions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Policies as text: {@code NAME[:key=value,...]}. The keys are the components of the policy's
 * record; {@code NAME:0.2} is short for {@code NAME:alpha=0.2}. Every policy also takes {@code
 * from} and {@code until}, shares of the training between which it mixes. {@code A+B} (or {@code
 * A,B}) draws one of several for each batch: evenly, or with {@code @probability}; what
 * probabilities leave over is without mixing.
 *
 * <pre>
 * cutmix:0.2
 * mixup:alpha=0.8,until=0.6
 * mixup:0.8+cutmix:1
 * mixup@0.3+cutmix@0.2
 * </pre>
 */
public final class MixNotation {
  private static final String ALPHA = "alpha";
  private static final String FROM = "from";
  private static final String UNTIL = "until";
  private static final Map<String, String> SHORT =
      Map.of("manifold", "manifoldmix", "none", "vanilla");

  private final Map<String, MixPolicy> policies;

  /**
   * A notation for some policies.
   *
   * @param policies records by name, with the values that hold if a text does not say otherwise
   */
  public MixNotation(Map<String, ? extends MixPolicy> policies) {
    this.policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
    policies.values().forEach(MixNotation::record);
  }

  /** The names in their order. */
  public List<String> names() {
    return List.copyOf(policies.keySet());
  }

  /** What a name stands for if nothing else is said. */
  public Map<String, MixPolicy> policies() {
    return policies;
  }

  /** A policy as it is being read. */
  private static final class Part {
    private final String name;
    private final Map<String, String> keys = new LinkedHashMap<>();
    private Double probability;

    Part(String name) {
      this.name = name;
    }
  }

  /**
   * The policy that a text describes.
   *
   * @throws IllegalArgumentException for unknown names or keys (says which there are), or values
   *     that a policy refuses
   */
  public MixPolicy parse(String text) {
    List<Part> parts = parts(text);
    boolean given = parts.get(0).probability != null;
    List<PolicySwitch.Choice> choices = new ArrayList<>();
    double sum = 0;
    for (Part part : parts) {
      if ((part.probability != null) != given) {
        throw new IllegalArgumentException(
            "mixing '%s': give all policies a probability, or none".formatted(text));
      }
      double probability = given ? part.probability : 1.0 / parts.size();
      sum += probability;
      choices.add(new PolicySwitch.Choice(policy(text, part), probability));
    }
    if (choices.size() == 1 && sum == 1) {
      return choices.get(0).policy();
    }
    if (sum < 1 - 1e-9) {
      choices.add(new PolicySwitch.Choice(new Vanilla(), 1 - sum));
    }
    return new PolicySwitch(choices);
  }

  private List<Part> parts(String text) {
    List<Part> parts = new ArrayList<>();
    for (String group : text.split("\\+", -1)) {
      boolean begun = false;
      for (String piece : group.split(",", -1)) {
        int at = piece.indexOf('@');
        String body = at < 0 ? piece : piece.substring(0, at);
        int colon = body.indexOf(':');
        int equals = body.indexOf('=');
        boolean key = begun && equals >= 0 && (colon < 0 || equals < colon);
        if (key) {
          add(text, parts.get(parts.size() - 1), body);
        } else {
          Part part = new Part(known(text, (colon < 0 ? body : body.substring(0, colon)).strip()));
          parts.add(part);
          if (colon >= 0) {
            String rest = body.substring(colon + 1);
            add(text, part, rest.contains("=") ? rest : ALPHA + "=" + rest);
          }
          begun = true;
        }
        if (at >= 0) {
          parts.get(parts.size() - 1).probability =
              number(text, "probability", piece.substring(at + 1));
        }
      }
    }
    return parts;
  }

  private String known(String text, String given) {
    String name = SHORT.getOrDefault(given, given);
    if (!policies.containsKey(name)) {
      throw new IllegalArgumentException(
          "mixing '%s': unknown policy '%s'%s; known: %s"
              .formatted(
                  text,
                  given,
                  Suggestions.didYouMean(given, policies.keySet()),
                  String.join(", ", policies.keySet())));
    }
    return name;
  }

  private void add(String text, Part part, String assignment) {
    int equals = assignment.indexOf('=');
    String key = assignment.substring(0, equals).strip();
    List<String> keys = keys(part.name);
    if (!keys.contains(key)) {
      throw new IllegalArgumentException(
          key.equals(ALPHA)
              ? "mixing '%s': %s has no alpha; its keys: %s"
                  .formatted(text, part.name, String.join(", ", keys))
              : "mixing '%s': %s has no key '%s'%s; its keys: %s"
                  .formatted(
                      text,
                      part.name,
                      key,
                      Suggestions.didYouMean(key, keys),
                      String.join(", ", keys)));
    }
    if (part.keys.put(key, assignment.substring(equals + 1).strip()) != null) {
      throw new IllegalArgumentException(
          "mixing '%s': %s of %s is given twice".formatted(text, key, part.name));
    }
  }

  /** The keys that a policy takes, those of its schedule included. */
  public List<String> keys(String name) {
    List<String> keys = new ArrayList<>();
    Configs.toJson(record(policies.get(name))).fieldNames().forEachRemaining(keys::add);
    keys.add(FROM);
    keys.add(UNTIL);
    return keys;
  }

  private MixPolicy policy(String text, Part part) {
    Map<String, String> own = new LinkedHashMap<>(part.keys);
    String from = own.remove(FROM);
    String until = own.remove(UNTIL);
    MixPolicy policy;
    try {
      policy = (MixPolicy) Configs.with(record(policies.get(part.name)), own, part.name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("mixing '%s': %s".formatted(text, e.getMessage()), e);
    }
    return from == null && until == null
        ? policy
        : new ScheduledMix(
            policy,
            from == null ? 0 : number(text, FROM, from),
            until == null ? 1 : number(text, UNTIL, until));
  }

  private static double number(String text, String what, String value) {
    try {
      return Double.parseDouble(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "mixing '%s': %s is a number, got '%s'".formatted(text, what, value), e);
    }
  }

  private static Record record(MixPolicy policy) {
    if (!(policy instanceof Record record)) {
      throw new IllegalArgumentException(
          "policies with a notation are records, got " + policy.getClass().getSimpleName());
    }
    return record;
  }

  /**
   * A policy in this notation: its name, its alpha if it has one, and the keys that differ.
   *
   * @param name of the policy
   * @param policy as it is
   * @param usual as the name alone makes it
   */
  public static String describe(String name, Record policy, Record usual) {
    ObjectNode values = Configs.toJson(policy);
    ObjectNode defaults = Configs.toJson(usual);
    List<String> shown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : values.properties()) {
      String value = text(entry.getValue());
      if (entry.getKey().equals(ALPHA)) {
        shown.add(0, value);
      } else if (!entry.getValue().equals(defaults.get(entry.getKey()))) {
        shown.add(entry.getKey() + "=" + value);
      }
    }
    return shown.isEmpty() ? name : name + ":" + String.join(",", shown);
  }

  /** Whole numbers without a fraction. */
  static String text(JsonNode value) {
    double number = value.asDouble();
    return value.isFloatingPointNumber() && number == Math.rint(number)
        ? Long.toString((long) number)
        : value.asText();
  }
}
