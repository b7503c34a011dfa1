package dev.melange.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComponentsTest {
  record Peak(double peak) {}

  record Border(@Default("0") int crop_border, @Default("false") boolean luma) {}

  record Other(@Default("1") int n) {}

  private static final Component PEAK = component("data/psnr", Peak.class);
  private static final Component BORDER = component("data/psnr", Border.class);
  private static final Component OTHER = component("data/other", Other.class);

  private final Components components = new Components(List.of(PEAK, BORDER, OTHER));

  private static <C extends Record> Component component(String name, Class<C> config) {
    return Component.function(name, config, (values, in) -> Map.of());
  }

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void theKeysOfAConfigurationTellComponentsOfTheSameNameApart() throws Exception {
    assertThat(components.get("data/psnr", json("{\"peak\": 1}"))).isSameAs(PEAK);
    assertThat(components.get("data/psnr", json("{\"luma\": true}"))).isSameAs(BORDER);
    assertThat(components.get("data/psnr", json("{}"))).isSameAs(BORDER);
    assertThat(components.all()).containsExactlyInAnyOrder(PEAK, BORDER, OTHER);
  }

  @Test
  void aNameOfItsOwnNeedsNoConfiguration() throws Exception {
    assertThat(components.get("data/other")).isSameAs(OTHER);
    assertThat(components.get("data/other", json("{\"wrong\": 1}"))).isSameAs(OTHER);
  }

  @Test
  void refusesKeysOfNoneAndNamesOfSeveral() {
    assertThatThrownBy(() -> components.get("data/psnr", json("{\"peak\": 1, \"luma\": true}")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "none of the 2 components named data/psnr have the keys [luma, peak]");
    assertThatThrownBy(() -> components.get("data/psnr"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give a configuration");
    assertThatThrownBy(() -> components.get("data/psnrs"))
        .hasMessageContaining("unknown component 'data/psnrs'")
        .hasMessageContaining("data/psnr");
  }

  @Test
  void refusesTwoComponentsThatNothingTellsApart() {
    assertThatThrownBy(() -> new Components(List.of(PEAK, component("data/psnr", Peak.class))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two components are named data/psnr and have the same keys [peak]");
  }
}
