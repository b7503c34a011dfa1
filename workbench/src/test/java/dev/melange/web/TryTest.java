package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.melange.demo.DemoInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TryTest {
  private static final String BOUNDARY = "----a-part-begins-here";
  private static final String MIX = "/papers/local:decoupled-mixup/try";
  private static TestSite site;

  @BeforeAll
  static void start() throws IOException {
    site = new TestSite("none.such.Main");
  }

  @AfterAll
  static void stop() throws IOException {
    site.close();
  }

  /** A form with texts and files, as browsers send it. */
  private static HttpResponse<String> send(String path, Map<String, Object> fields)
      throws IOException, InterruptedException {
    String page = site.get(path).body();
    Matcher token = Pattern.compile("X-CSRF-Token\": \"([0-9a-f]+)\"").matcher(page);
    if (token.find()) {
      fields.put("_csrf", token.group(1));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      boolean file = field.getValue() instanceof byte[];
      String head =
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
              .formatted(
                  BOUNDARY,
                  field.getKey(),
                  file ? "; filename=\"../../x.png\"\r\nContent-Type: image/png" : "");
      body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
      body.writeBytes(
          field.getValue() instanceof byte[] bytes
              ? bytes
              : field.getValue().toString().getBytes(StandardCharsets.UTF_8));
      body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
    body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return site.send(
        site.request(path)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .header("Origin", site.url())
            .POST(BodyPublishers.ofByteArray(body.toByteArray())));
  }

  private static HttpResponse<String> sendJson(String body)
      throws IOException, InterruptedException {
    return site.send(
        site.request("/api" + MIX)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static String error(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).isBetween(400, 499);
    return new ObjectMapper().readTree(answer.body()).path("error").asText();
  }

  private static Map<String, Object> fields(Object... pairs) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.put(pairs[i].toString(), pairs[i + 1]);
    }
    return fields;
  }

  @Test
  void offersADemonstrationOnThePapersPage() throws Exception {
    assertThat(site.get("/papers/local:metaformer").body())
        .contains("/papers/local:metaformer/try");
    assertThat(site.get("/papers/local:sphinx").body()).doesNotContain("/try");
    assertThat(site.get("/papers/local:sphinx/try").statusCode()).isEqualTo(404);
    assertThat(site.get("/papers/local:none-such/try").statusCode()).isEqualTo(404);
  }

  @Test
  void saysHowToMakeMissingWeights() throws Exception {
    HttpResponse<String> page = site.get("/papers/local:metaformer/try");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("melange demos train metaformer")
        .doesNotContain("<button>Try");
    HttpResponse<String> answer = send("/papers/local:metaformer/try", fields("example", "0"));
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.body()).contains("weights are missing");
  }

  @Test
  void mixesPicturesByAPlainForm() throws Exception {
    HttpResponse<String> page = site.get(MIX);
    assertThat(page.body())
        .contains("enctype=\"multipart/form-data\"", "<option value=\"cutmix\"")
        .doesNotContain("style=");
    HttpResponse<String> answer =
        send(MIX, fields("examples", "photos", "policy", "cutmix", "first_label", "<b>t</b>"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("The mixed picture counts as", "data:image/png;base64,", "&lt;b&gt;t")
        .doesNotContain("<b>t</b>")
        .contains("<option value=\"cutmix\" selected");
  }

  @Test
  void answersTheApi() throws Exception {
    JsonNode described = site.json("/api/papers/local:decoupled-mixup/try");
    assertThat(described.path("ready").asBoolean()).isTrue();
    assertThat(described.path("fields").findValuesAsText("name")).contains("first", "policy");
    HttpResponse<String> answer =
        sendJson("{\"examples\": \"digits\", \"policy\": \"mixup\", \"seed\": 5}");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode json = new ObjectMapper().readTree(answer.body());
    assertThat(json.path("shares")).hasSize(2);
    assertThat(json.path("shares").path(0).path("value").asDouble()).isBetween(0.5, 0.95);
    String src = json.path("pictures").path(2).path("src").asText();
    byte[] png = Base64.getDecoder().decode(src.replace("data:image/png;base64,", ""));
    assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth())
        .isEqualTo(json.path("pictures").path(2).path("width").asInt());
    assertThat(site.get("/api/openapi.json").body()).contains("/api/papers/{id}/try");
  }

  @Test
  void refusesHostileUploads() throws Exception {
    byte[] script = "<svg onload=alert(1)>".getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> page = send(MIX, fields("first", script, "second", script));
    assertThat(page.statusCode()).isEqualTo(400);
    assertThat(page.body()).contains("not an image").doesNotContain("<svg onload");
    byte[] large = new byte[DemoInput.MAX_FILE + 100];
    assertThat(send(MIX, fields("first", large)).statusCode()).isEqualTo(413);
    assertThat(site.post(MIX, "examples=photos").statusCode()).isEqualTo(415);
    HttpResponse<String> foreign =
        site.send(
            site.request(MIX)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .header("Origin", "https://evil.example")
                .POST(BodyPublishers.ofString("--x--\r\n")));
    assertThat(foreign.statusCode()).isEqualTo(403);
    HttpResponse<String> cut =
        site.send(
            site.request(MIX)
                .header("Content-Type", "multipart/form-data; boundary=x")
                .header("Origin", site.url())
                .POST(BodyPublishers.ofString("--x\r\nContent-Disposition: form-da")));
    assertThat(cut.statusCode()).isBetween(400, 499);
  }

  @Test
  void refusesRequestsThatMakeNoSense() throws Exception {
    assertThat(error(sendJson("{\"examples\": \"passwd\"}")))
        .contains("expected one of none, photos, digits");
    assertThat(error(sendJson("{\"first\": \"!!\"}"))).contains("not in base64");
    assertThat(error(sendJson("{\"frist\": \"\"}"))).contains("there are first,");
    assertThat(error(sendJson("{\"policy\": [\"mixup\"]}"))).contains("no field with a text");
    assertThat(error(sendJson("[]"))).contains("expected an object");
    assertThat(error(sendJson("{\"a\""))).contains("no JSON");
    assertThat(error(sendJson("[".repeat(20_000)))).contains("no JSON");
    String large = Base64.getEncoder().encodeToString(new byte[DemoInput.MAX_FILE + 1]);
    assertThat(sendJson("{\"first\": \"" + large + "\"}").statusCode()).isEqualTo(413);
  }
}
