package dev.melange.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DescriptionTest {
  private static final Path FILE = Path.of("a.safetensors");
  private final Description description = new Description("melange.shapes", "draw it again");

  @Test
  void isReadBesideTheProvenanceItWasWrittenWith() throws Exception {
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    Provenance provenance =
        new Provenance("drawer", nothing, Map.of("set", "0f"), 3, nothing, nothing);
    ObjectNode json = nothing.objectNode().put("sides", 4);

    Map<String, String> metadata = description.metadata(json, provenance);

    assertThat(description.read(FILE, metadata)).contains(json);
    assertThat(Provenance.of(FILE, metadata)).contains(provenance);
    assertThat(provenance.library()).isEqualTo(Provenance.libraryVersion());
    assertThat(provenance.parents()).isEmpty();
  }

  @Test
  void isNotInFilesOfOtherKinds() throws Exception {
    assertThat(description.read(FILE, Map.of("melange.clicks", "{}"))).isEmpty();
  }

  @Test
  void tellsWhatToDoAboutDamage() {
    assertThatThrownBy(() -> description.read(FILE, Map.of("melange.shapes", "{\"sides\":")))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("a.safetensors: its description is not JSON")
        .hasMessageEndingWith("; draw it again");
  }
}
