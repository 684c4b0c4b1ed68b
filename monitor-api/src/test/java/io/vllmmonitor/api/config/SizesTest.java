package io.vllmmonitor.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.error.MonitorException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "17b, 17",
    "1kB, 1000",
    "1KiB, 1024",
    "64MiB, 67108864",
    "20 GB, 20000000000",
    "2tib, 2199023255552"
  })
  void numbersWithUnitsAreBytes(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "-1", "1.5GB", "1PB", "999999999999999999TiB"})
  void anythingElseIsRefused(String text) {
    assertThatExceptionOfType(MonitorException.class).isThrownBy(() -> Sizes.parse(text));
  }

  @Test
  void aSettingNamesItsKey() {
    Settings settings = Settings.of(Map.of("max_size", "much"));
    assertThat(settings.size("absent", 5)).isEqualTo(5);
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> settings.size("max_size", 0))
        .withMessageContaining("max_size")
        .withMessageContaining("64MiB");
  }
}
