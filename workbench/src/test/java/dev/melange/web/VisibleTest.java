package dev.melange.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTest {
  @Test
  void writesOutWhatNobodySees() {
    assertThat(Visible.text("\u202Eevil\u200B name\uFEFF\u0000"))
        .isEqualTo("[U+202E]evil[U+200B] name[U+FEFF][U+0000]");
    assertThat(Visible.text("tag" + Character.toString(0xE0041))).isEqualTo("tag[U+E0041]");
    assertThat(Visible.text(null)).isNull();
  }

  @Test
  void leavesWritingOfAllKindsAlone() {
    for (String text :
        new String[] {
          "Na\u00EFve \u0130stanbul",
          "\u05E9\u05DC\u05D5\u05DD",
          "\u0645\u06CC\u200C\u0634\u0648\u062F", // Persian needs the non-joiner
          "\u4E2D\u6587",
          Character.toString(0x1F9EA)
        }) {
      assertThat(Visible.text(text)).isEqualTo(text);
    }
  }
}
