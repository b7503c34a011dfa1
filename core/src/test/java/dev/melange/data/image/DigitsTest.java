package dev.melange.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.melange.data.DataException;
import dev.melange.data.DataSets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void partsOfTheOrderDoNotOverlapAndAreNoticed() throws IOException {
    List<String> seen = new ArrayList<>();
    DataSets sets = DataSets.standard().observedBy(set -> seen.add(set.set().name()));
    PackedImages all = ImageSets.digits(sets, 0, 1797);
    PackedImages end = ImageSets.digits(sets, 1000, 1797);
    assertThat(end.size()).isEqualTo(797);
    assertThat(end.image(0)).isEqualTo(all.image(1000));
    assertThat(seen).containsOnly("digits");
  }

  @Test
  void refusesMoreThanThereAre() {
    assertThatThrownBy(() -> ImageSets.digits(DataSets.standard(), 0, 1798))
        .isInstanceOf(DataException.class)
        .hasMessage("images 0 to 1798 were asked for; there are 1797 digits");
  }
}
