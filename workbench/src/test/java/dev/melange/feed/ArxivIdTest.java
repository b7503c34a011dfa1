package dev.melange.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArxivIdTest {
  @ParameterizedTest
  @CsvSource({
    "2311.07575, 2311.07575,",
    "2311.07575v2, 2311.07575, 2",
    "arXiv:2311.07575v1, 2311.07575, 1",
    "http://arxiv.org/abs/2311.07575v1, 2311.07575, 1",
    "https://arxiv.org/pdf/2311.07575.pdf, 2311.07575,",
    "https://arxiv.org/pdf/2311.07575v3, 2311.07575, 3",
    "https://arxiv.org/html/2311.07575v3#S1, 2311.07575, 3",
    "0704.0001, 0704.0001,",
    "1412.9999, 1412.9999,",
    "hep-th/9901001, hep-th/9901001,",
    "math.GT/0309136v1, math.GT/0309136, 1"
  })
  void readsEveryForm(String text, String id, Integer version) {
    assertThat(ArxivId.parse(text)).contains(new ArxivId(id, version));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2311.07575v0",
        "2313.00001",
        "1501.0001",
        "0703.0001",
        "1412.00001",
        "2311.075755",
        "https://example.org/abs/2311.07575",
        "https://arxiv.org.example.org/abs/2311.07575",
        "../../etc/passwd",
        "2311.07575 or 1=1",
        ""
      })
  void refusesWhatIsNone(String text) {
    assertThat(ArxivId.parse(text)).isEmpty();
  }
}
