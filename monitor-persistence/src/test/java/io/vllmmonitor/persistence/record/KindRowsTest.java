package io.vllmmonitor.persistence.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ids are ordered as SQLite orders them, so that pages are the same whatever the back end. */
class KindRowsTest {
  @Test
  void idsAreOrderedByTheirBytesInUtf8() {
    List<String> ids =
        List.of("", "a", "ab", "b", "\u00fc", "\uffee", "\ud83d\ude00", "\ud83d\ude01", "a\uffee");
    for (String first : ids) {
      for (String second : ids) {
        int expected = Arrays.compareUnsigned(first.getBytes(UTF_8), second.getBytes(UTF_8));
        assertThat(Integer.signum(KindRows.compareBytes(first, second)))
            .as("'%s' and '%s'", first, second)
            .isEqualTo(Integer.signum(expected));
      }
    }
  }
}
