package io.vllmmonitor.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeKind;
import io.vllmmonitor.api.code.CodeStatus;
import io.vllmmonitor.api.plugin.PluginStatus;
import io.vllmmonitor.api.plugin.PluginType;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a unit is for, in the words that people know. */
class PluginSummaryTest {
  private static Set<PluginType> types(PluginStatus status, String... extensions) {
    CodeGeneration generation =
        new CodeGeneration(
            "acme",
            CodeKind.JAR,
            "1.0.0",
            1,
            "hash",
            "",
            "acme.jar",
            CodeStatus.ACTIVE,
            "",
            Instant.EPOCH);
    return new PluginSummary(
            generation,
            io.vllmmonitor.api.code.LifePhase.ACTIVE,
            status,
            List.of(extensions),
            "unsigned",
            "")
        .types();
  }

  @Test
  void aUnitIsForWhatItBrings() {
    assertThat(types(PluginStatus.ACTIVE, "source:vllm", "discovery:local", "listener:x"))
        .containsExactly(PluginType.COLLECTOR, PluginType.STATE_HANDLER);
    assertThat(types(PluginStatus.ACTIVE, "learner:a", "predictor:b", "mitigation:c"))
        .containsExactly(PluginType.ANALYZER, PluginType.INTERVENTION);
    assertThat(types(PluginStatus.ACTIVE, "notifier:a")).containsExactly(PluginType.EXPORTER);
  }

  @Test
  void oneThatBringsNothingIsThereForOthersAndOneThatRestsIsJustAnExtension() {
    assertThat(types(PluginStatus.LOADED)).containsExactly(PluginType.COMPONENT);
    assertThat(types(PluginStatus.INACTIVE)).containsExactly(PluginType.EXTENSION);
  }

  @Test
  void everyKindHasItsWordAndEveryWordIsUsed() {
    Set<PluginType> used = EnumSet.of(PluginType.COMPONENT, PluginType.EXTENSION);
    for (ExtensionKind kind : ExtensionKind.values()) {
      used.addAll(types(PluginStatus.ACTIVE, kind.word() + ":x"));
    }
    assertThat(used).containsExactlyInAnyOrderElementsOf(Arrays.asList(PluginType.values()));
  }
}
