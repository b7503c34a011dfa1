package dev.melange.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.melange.account.Scope;
import dev.melange.demo.Demo;
import dev.melange.demo.DemoInput;
import dev.melange.demo.DemoResult;
import dev.melange.demo.DemoRunner;
import dev.melange.demo.Demos;
import dev.melange.demo.Field;
import dev.melange.feed.TexText;
import dev.melange.store.PaperEntry;
import dev.melange.store.User;
import dev.melange.web.TryViews.TryView;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Demonstrations of papers' methods, as pages and as JSON. */
final class TryRoutes implements Routes {
  private static final DemoInput NOTHING = new DemoInput(Map.of(), Map.of());

  private static final int MAX_JSON = 12 << 20;
  private static final ObjectReader READER =
      new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Site site;
  private final DemoRunner runner;

  TryRoutes(Site site, DemoRunner runner) {
    this.site = site;
    this.runner = runner;
  }

  @Override
  public void register(RoutesConfig routes) {
    routes.get("/papers/<id>/try", this::page);
    routes.post("/papers/<id>/try", this::run);
    routes.get("/api/papers/<id>/try", this::describe);
    routes.post("/api/papers/<id>/try", this::answer);
  }

  private record Asked(PaperEntry paper, Demo demo) {}

  private Asked asked(Context context) {
    PaperEntry entry = PaperIds.find(site.papers(), context.pathParam("id"));
    Demo demo =
        Optional.ofNullable(entry.catalogueKey())
            .flatMap(Demos::of)
            .orElseThrow(
                () -> RequestException.notFound("this paper has nothing that could be tried here"));
    return new Asked(entry, demo);
  }

  // ---- pages ----

  private void page(Context context) {
    show(context, asked(context), NOTHING, null, null);
  }

  private void run(Context context) throws IOException {
    Asked asked = asked(context);
    DemoInput input = NOTHING;
    try {
      site.viewers().require(context, User.Role.MEMBER, Scope.RUN);
      input = form(context, asked.demo());
      show(context, asked, input, null, result(asked.demo(), input));
    } catch (RequestException e) {
      context.status(e.status());
      show(context, asked, input, e.getMessage(), null);
    }
  }

  private void show(
      Context context, Asked asked, DemoInput input, String message, DemoResult result) {
    Demo demo = asked.demo();
    String title = TexText.plain(asked.paper().title());
    String address = "/papers/" + asked.paper().publicId();
    TryView view =
        new TryView(
            Frames.of(context, site, demo.title() + " - " + title),
            address,
            title,
            address + "/try",
            demo.title(),
            demo.about(),
            runner.ready(demo) ? null : "melange demos train " + demo.key(),
            demo.fields().stream().map(field -> TryViews.field(field, input)).toList(),
            message,
            result == null ? null : TryViews.result(result));
    context.header("Cache-Control", "no-store").html(site.templates().render("try.jte", view));
  }

  // ---- what was given ----

  private static DemoInput form(Context context, Demo demo) throws IOException {
    if (!context.isMultipartFormData()) {
      throw RequestException.of(
          415, "expected multipart/form-data with the fields of the demonstration");
    }
    Map<String, String> values = new HashMap<>();
    Map<String, byte[]> files = new HashMap<>();
    for (Field field : demo.fields()) {
      if (field.kind().file()) {
        files.put(field.name(), file(context, field));
      } else {
        String value = context.formParam(field.name());
        values.put(field.name(), value == null ? "" : value);
      }
    }
    return input(values, files);
  }

  private static byte[] file(Context context, Field field) throws IOException {
    UploadedFile file = context.uploadedFile(field.name());
    if (file == null) {
      return new byte[0];
    }
    try (InputStream in = file.content()) {
      return in.readNBytes(DemoInput.MAX_FILE + 1);
    }
  }

  /** An object with the fields; files in base64. */
  private static DemoInput json(Context context, Demo demo) throws IOException {
    byte[] body;
    try (InputStream in = context.bodyInputStream()) {
      body = in.readNBytes(MAX_JSON + 1);
    }
    if (body.length > MAX_JSON) {
      throw RequestException.of(413, "the request is larger than " + MAX_JSON + " bytes");
    }
    JsonNode json;
    try {
      json = READER.readTree(body);
    } catch (JsonProcessingException e) {
      throw RequestException.bad("the request is no JSON: " + e.getOriginalMessage());
    }
    if (!json.isObject()) {
      throw RequestException.bad("expected an object with the fields of the demonstration");
    }
    Map<String, String> values = new HashMap<>();
    Map<String, byte[]> files = new HashMap<>();
    Map<String, Field> known =
        demo.fields().stream().collect(Collectors.toMap(Field::name, field -> field));
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      Field field = known.get(entry.getKey());
      if (field == null || !entry.getValue().isValueNode()) {
        throw RequestException.bad(
            "'%s' is no field with a text of this demonstration; there are %s"
                .formatted(
                    Params.shortened(entry.getKey()),
                    demo.fields().stream().map(Field::name).collect(Collectors.joining(", "))));
      }
      String text = entry.getValue().asText();
      if (field.kind().file()) {
        files.put(field.name(), decoded(field, text));
      } else {
        values.put(field.name(), text);
      }
    }
    return input(values, files);
  }

  private static byte[] decoded(Field field, String text) {
    try {
      return Base64.getDecoder().decode(text.replaceFirst("^data:[a-z/+.-]{0,60};base64,", ""));
    } catch (IllegalArgumentException e) {
      throw RequestException.bad("%s is not in base64".formatted(field.name()));
    }
  }

  private static DemoInput input(Map<String, String> values, Map<String, byte[]> files) {
    try {
      return new DemoInput(values, files);
    } catch (IllegalArgumentException e) {
      throw RequestException.of(413, e.getMessage());
    }
  }

  private DemoResult result(Demo demo, DemoInput input) throws IOException {
    if (!runner.ready(demo)) {
      throw RequestException.of(
          409, "its weights are missing; make them with: melange demos train " + demo.key());
    }
    try {
      return runner.run(demo, input);
    } catch (IllegalArgumentException e) {
      throw RequestException.bad(e.getMessage());
    } catch (DemoRunner.BusyException e) {
      throw RequestException.of(429, e.getMessage());
    }
  }

  // ---- JSON ----

  private void describe(Context context) {
    Demo demo = asked(context).demo();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("key", demo.key()).put("title", demo.title()).put("about", demo.about());
    json.put("ready", runner.ready(demo));
    ArrayNode fields = json.putArray("fields");
    for (Field field : demo.fields()) {
      ObjectNode node =
          fields
              .addObject()
              .put("name", field.name())
              .put("label", field.label())
              .put("kind", field.kind().label());
      if (!field.kind().file()) {
        node.put("default", field.value());
      }
      if (!field.choices().isEmpty()) {
        ArrayNode choices = node.putArray("choices");
        field.choices().forEach(choice -> choices.add(choice.value()));
      }
    }
    Replies.cached(context, json);
  }

  private void answer(Context context) throws IOException {
    Demo demo = asked(context).demo();
    site.viewers().require(context, User.Role.MEMBER, Scope.RUN);
    DemoResult result = result(demo, json(context, demo));
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("summary", result.summary());
    ArrayNode shares = json.putArray("shares");
    result
        .shares()
        .forEach(share -> shares.addObject().put("name", share.name()).put("value", share.value()));
    ArrayNode pictures = json.putArray("pictures");
    result
        .pictures()
        .forEach(
            picture ->
                pictures
                    .addObject()
                    .put("caption", picture.caption())
                    .put("width", picture.width())
                    .put("height", picture.height())
                    .put("src", TryViews.src(picture)));
    ArrayNode passages = json.putArray("passages");
    for (DemoResult.Passage passage : result.passages()) {
      ArrayNode lines = passages.addObject().put("title", passage.title()).putArray("lines");
      passage
          .lines()
          .forEach(
              line -> {
                ArrayNode pieces = lines.addArray();
                line.forEach(
                    piece ->
                        pieces
                            .addObject()
                            .put("text", piece.text())
                            .put("strength", piece.strength()));
              });
    }
    result.columns().forEach(json.putArray("columns")::add);
    ArrayNode rows = json.putArray("rows");
    result.rows().forEach(row -> row.forEach(rows.addArray()::add));
    context.header("Cache-Control", "no-store");
    Replies.json(context, json);
  }
}
