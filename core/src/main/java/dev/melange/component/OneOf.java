package dev.melange.component;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The strings a config key accepts: {@code @OneOf({"gelu", "relu", "silu"}) String act}. On an
 * array or list of strings it holds for each element.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface OneOf {
  /**
   * The accepted strings.
   *
   * @return the accepted strings, in the order in which they are shown
   */
  String[] value();
}
