package dev.melange.web;

import dev.melange.feed.Titles;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Styles and scripts, each a resource of the application, kept by browsers for as long as it runs.
 */
final class AssetRoutes implements Routes {
  private static final String WEBJARS = "/META-INF/resources/webjars/";

  private record Asset(byte[] bytes, String type, String tag) {}

  private final Map<String, Asset> assets =
      Map.of(
          "page.css", asset("/dev/melange/web/page.css", "text/css; charset=utf-8"),
          "page.js", asset("/dev/melange/web/page.js", "text/javascript; charset=utf-8"),
          "icon.svg", asset("/dev/melange/web/icon.svg", "image/svg+xml"),
          "run.js", asset("/dev/melange/web/run.js", "text/javascript; charset=utf-8"),
          "try.css", asset("/dev/melange/web/try.css", "text/css; charset=utf-8"),
          "try.js", asset("/dev/melange/web/try.js", "text/javascript; charset=utf-8"),
          "htmx.js",
              asset(WEBJARS + "htmx.org/2.0.10/dist/htmx.min.js", "text/javascript; charset=utf-8"),
          "uplot.js",
              asset(
                  WEBJARS + "uplot/1.6.24/dist/uPlot.iife.min.js",
                  "text/javascript; charset=utf-8"),
          "uplot.css",
              asset(WEBJARS + "uplot/1.6.24/dist/uPlot.min.css", "text/css; charset=utf-8"));

  private static Asset asset(String resource, String type) {
    try (InputStream in = AssetRoutes.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      byte[] bytes = in.readAllBytes();
      return new Asset(bytes, type, '"' + Titles.sha256(bytes).substring(0, 16) + '"');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/assets/{name}", this::serve);
  }

  private void serve(Context context) {
    Asset asset = assets.get(context.pathParam("name"));
    if (asset == null) {
      throw RequestException.notFound("there is no file " + context.path());
    }
    context.header("ETag", asset.tag()).header("Cache-Control", "public, max-age=600");
    if (asset.tag().equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.contentType(asset.type()).result(asset.bytes());
    }
  }
}
