package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JarResolverTest {
  private static final Machine MACHINE =
      new Machine(
          "x86_64", "linux", 8, 32L << 30, List.of(new Machine.Gpu("NVIDIA H200", 139L << 30)));

  @Test
  void aJarRunsWhenWhatItNeedsRunsInARightVersion() {
    JarDescriptor jar = jar("app", "1.0.0", "base@>=1.2.0, extra?@1.x", "", "");
    assertThat(objection(jar))
        .hasValueSatisfying(
            e -> assertThat(e).hasMessageContaining("needs base@>=1.2.0, which does not run"));
    assertThat(objection(jar, jar("base", "1.1.0", "", "", "")))
        .hasValueSatisfying(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_DEPENDENCY_MISSING);
              assertThat(e).hasMessageContaining("needs base@>=1.2.0, but version 1.1.0 runs");
            });
    assertThat(objection(jar, jar("base", "1.2.0", "", "", ""))).isEmpty();
    // One that it can do without counts as not there where its version will not do.
    assertThat(objection(jar, jar("base", "1.2.0", "", "", ""), jar("extra", "2.0.0", "", "", "")))
        .isEmpty();
  }

  @Test
  void aConflictIsOneWhoeverDeclaresIt() {
    JarDescriptor peaceful = jar("app", "1.0.0", "", "", "");
    JarDescriptor hostile = jar("rival", "2.1.0", "", "app@[1.0,2.0)", "");
    assertThat(objection(hostile, peaceful))
        .hasValueSatisfying(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_CONFLICT);
              assertThat(e).hasMessageContaining("beside app 1.0.0, which runs: it declares");
            });
    assertThat(objection(peaceful, hostile))
        .hasValueSatisfying(
            e ->
                assertThat(e)
                    .hasMessageContaining("beside rival 2.1.0, which runs: that one declares"));
    assertThat(objection(jar("app", "2.0.0", "", "", ""), hostile)).isEmpty();
  }

  @Test
  void anUpgradeDoesNotConflictWithWhatItReplaces() {
    assertThat(
            objection(jar("app", "2.0.0", "", "old@1.x", ""), jar("app", "1.0.0", "", "app2", "")))
        .isEmpty();
  }

  @Test
  void aCycleAmongThoseThatWaitIsToldAsOne() {
    JarDescriptor first = jar("aa", "1.0.0", "bb", "", "");
    JarDescriptor second = jar("bb", "1.0.0", "aa", "", "");
    Optional<MonitorException> objection =
        JarResolver.objection(second, "b.jar", Map.of(), List.of(first), () -> MACHINE);
    assertThat(objection)
        .hasValueSatisfying(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_DEPENDENCY_CYCLE);
              assertThat(e).hasMessageContaining("bb → aa → bb");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpu",
        "gpus>=1",
        "gpu-memory>=40GiB",
        "gpu-memory >= 139GiB",
        "arch=x86_64",
        "arch=amd64",
        "os=linux",
        "cores>=8",
        "memory>=32GiB",
        "gpu, arch=x86_64, cores>=2"
      })
  void whatTheMachineHasHolds(String requirement) {
    assertThat(objection(jar("app", "1.0.0", "", "", requirement))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gpus>=2            | gpus>=2 (this machine has 1)
          gpu-memory>=140GiB | gpu-memory>=140.0GiB (its largest GPU has 139.0 GiB)
          arch=arm64         | arch=aarch64 (this machine is x86_64)
          os=windows         | os=windows (this machine runs linux)
          cores>=9           | cores>=9 (the daemon has 8)
          memory>=33GiB      | memory>=33.0GiB (this machine has 32.0 GiB)
          """)
  void whatTheMachineLacksIsToldAndWaits(String requirement, String told) {
    assertThat(objection(jar("app", "1.0.0", "", "", requirement)))
        .hasValueSatisfying(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_REQUIREMENT);
              assertThat(e).hasMessageContaining(told);
              assertThat(JarResolver.mayPass(e.code())).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gqu              | did you mean 'gpu'?
          gpu>=1           | expected such as gpu
          gpu-memory       | expected such as gpu-memory>=40GiB
          gpu-memory>=big  | expected such as gpu-memory>=40GiB
          cores>=many      | expected such as cores>=8
          arch>=x86_64     | expected such as arch=x86_64
          >=3              | says nothing of a machine
          """)
  void aRequirementThatCannotBeReadIsNamed(String text, String expected) {
    assertThatThrownBy(() -> HardwareRequirement.parseList(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void anUnknownCapabilityIsRefusedWithTheNearestOne() {
    assertThat(PluginCapability.parseList("act, http,act"))
        .containsExactlyInAnyOrder(PluginCapability.ACT, PluginCapability.HTTP);
    assertThatThrownBy(() -> PluginCapability.parseList("htpp"))
        .hasMessageContaining("did you mean 'http'?");
  }

  private static Optional<MonitorException> objection(JarDescriptor jar, JarDescriptor... running) {
    Map<String, JarDescriptor> byId =
        Arrays.stream(running).collect(Collectors.toMap(JarDescriptor::id, Function.identity()));
    return JarResolver.objection(jar, jar.id() + ".jar", byId, List.of(), () -> MACHINE);
  }

  private static JarDescriptor jar(
      String id, String version, String dependencies, String conflicts, String hardware) {
    return new JarDescriptor(
        id,
        version,
        "acme.Entry",
        Dependency.parseList(dependencies),
        Dependency.parseList(conflicts),
        Set.of(),
        HardwareRequirement.parseList(hardware));
  }
}
