package dev.melange.web;

import io.javalin.config.RoutesConfig;

/** A group of handlers by topic. */
interface Routes {
  /** Registers the handlers. */
  void register(RoutesConfig routes);
}
