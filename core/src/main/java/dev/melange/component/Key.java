package dev.melange.component;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The JSON key of a config component that cannot bear its name, because an interface of the config
 * has a method of that name and another type: {@code @Key("channels") List<Integer> widths}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /**
   * The JSON key.
   *
   * @return the key
   */
  String value();
}
