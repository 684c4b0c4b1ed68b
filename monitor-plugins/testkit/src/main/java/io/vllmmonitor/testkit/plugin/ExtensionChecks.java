package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.extension.Extension;

/** What the contracts of all kinds have in common. */
final class ExtensionChecks {
  private static final String ID = "[a-zA-Z][a-zA-Z0-9_.-]{1,63}";

  private ExtensionChecks() {}

  static void identity(Extension extension) {
    assertThat(extension.id()).matches(ID).isEqualTo(extension.id());
    assertThat(extension.stateVersion()).isGreaterThanOrEqualTo(1);
  }

  static void configuration(Extension extension) {
    assertThat(extension.configSpec().keys())
        .extracting(ConfigSpec.Key::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z][a-z0-9_]*"), "snake case");
    assertThat(extension.configSpec().keys())
        .allSatisfy(key -> assertThat(key.description()).isNotBlank());
  }

  /** State that was saved, restored and saved again has the same bits. */
  static void stateSurvives(Extension from, Extension into) {
    FakeState saved = FakeState.savedBy(from);
    saved.restoreInto(into);
    assertThat(FakeState.savedBy(into).describe()).isEqualTo(saved.describe());
  }
}
