package dev.melange.component;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value a config key takes when it is absent, as JSON: {@code @Default("[2, 2, 6, 2]")},
 * {@code @Default("\"gelu\"")}, {@code @Default("null")}. On a {@code String} component a bare word
 * will do: {@code @Default("gelu")}. A component without this annotation is a required key; one
 * whose default is {@code null} also accepts an explicit JSON null.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /**
   * The default as JSON text.
   *
   * @return the JSON text
   */
  String value();

  /**
   * Whether the key accepts an explicit JSON null though its default is another.
   *
   * @return whether null is a value
   */
  boolean orNull() default false;
}
