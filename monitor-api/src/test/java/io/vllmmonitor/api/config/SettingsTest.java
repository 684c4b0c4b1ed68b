package io.vllmmonitor.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vllmmonitor.api.error.MonitorException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private final Settings settings =
      Settings.of(
          Map.of(
              "count", "7", "ratio", "0.5", "on", "true", "wait", "2m", "name", "x", "odd", "NaN"));

  @Test
  void valuesAreReadWithTheirType() {
    assertThat(settings.integer("count", 0)).isEqualTo(7);
    assertThat(settings.number("ratio", 0)).isEqualTo(0.5);
    assertThat(settings.flag("on", false)).isTrue();
    assertThat(settings.duration("wait", Duration.ZERO)).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.string("name", "")).isEqualTo("x");
  }

  @Test
  void aMissingKeyAnswersTheFallback() {
    assertThat(settings.integer("absent", 3)).isEqualTo(3);
    assertThat(settings.flag("absent", true)).isTrue();
  }

  @Test
  void aWrongTypeNamesTheKeyAndNeverFallsBack() {
    refuses(() -> settings.integer("name", 0), "name");
    refuses(() -> settings.number("odd", 0), "odd");
    refuses(() -> settings.flag("count", false), "count");
    refuses(() -> settings.duration("ratio", Duration.ZERO), "ratio");
  }

  @Test
  void theOtherSettingsWinWhereBothHaveTheKey() {
    Settings merged = settings.overlaidWith(Settings.of(Map.of("count", "8", "new", "1")));

    assertThat(merged.integer("count", 0)).isEqualTo(8);
    assertThat(merged.integer("new", 0)).isEqualTo(1);
    assertThat(merged.string("name", "")).isEqualTo("x");
  }

  @Test
  void aSecretIsKnownByItsPlaceOnly() {
    assertThat(SecretReference.parse("env:TOKEN").toString()).isEqualTo("env:TOKEN");
    assertThat(SecretReference.parse("file:/run/token").place())
        .isEqualTo(SecretReference.Place.FILE);
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(() -> SecretReference.parse("hunter2"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
  }

  private static void refuses(ThrowingCallable question, String key) {
    assertThatExceptionOfType(MonitorException.class)
        .isThrownBy(question)
        .withMessageContaining("'" + key + "'");
  }
}
