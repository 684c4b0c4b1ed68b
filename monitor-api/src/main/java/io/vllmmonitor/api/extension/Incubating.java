package io.vllmmonitor.api.extension;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A type that may still change between minor versions. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Incubating {
  /** The date, in ISO format, at which it is decided whether the type becomes stable. */
  String review();
}
