package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.core.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineProbeTest {
  @TempDir Path root;
  private final ManualClock clock = new ManualClock();

  @Test
  void aMachineWithoutAnythingHasNoGpu() {
    Machine machine = new MachineProbe(clock, root, "no-such-program").get();
    assertThat(machine.gpus()).isEmpty();
    assertThat(machine.memoryBytes()).isZero();
    assertThat(machine.cores()).isPositive();
    assertThat(machine.arch()).isNotEqualTo("amd64");
  }

  @Test
  void gpusAreCountedAndTheirMemoryAsked() throws IOException {
    write("proc/meminfo", "MemFree: 5 kB\nMemTotal:       16777216 kB\n");
    write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: NVIDIA H200");
    write("sys/class/drm/card1/device/mem_info_vram_total", "206141652992\n");
    Files.createDirectories(root.resolve("sys/class/drm/card0-DP-1"));
    Path smi = write("nvidia-smi", "#!/bin/sh\necho 'NVIDIA H200, 143771'\n");
    Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwx------"));
    Machine machine = new MachineProbe(clock, root, smi.toString()).get();
    assertThat(machine.memoryBytes()).isEqualTo(16L << 30);
    assertThat(machine.gpus())
        .containsExactly(
            new Machine.Gpu("NVIDIA H200", 143_771L << 20),
            new Machine.Gpu("AMD", 206_141_652_992L));
  }

  @Test
  void aGpuOfUnknownMemoryIsOneAndCountsAgainAfterAMinute() throws IOException {
    MachineProbe probe = new MachineProbe(clock, root, "no-such-program");
    assertThat(probe.get().gpus()).isEmpty();
    write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: NVIDIA H200");
    assertThat(probe.get().gpus()).isEmpty();
    clock.advance(Duration.ofSeconds(61));
    assertThat(probe.get().gpus()).containsExactly(new Machine.Gpu("NVIDIA", 0));
    assertThat(HardwareRequirement.parseList("gpu-memory>=1GiB").get(0).unmet(probe.get()))
        .hasValueSatisfying(told -> assertThat(told).contains("is nvidia-smi on the PATH?"));
  }

  private Path write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
