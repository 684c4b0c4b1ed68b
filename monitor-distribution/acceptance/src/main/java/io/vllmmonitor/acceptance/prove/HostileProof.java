package io.vllmmonitor.acceptance.prove;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.acceptance.hostile.HostileCorpus;
import io.vllmmonitor.acceptance.hostile.HostileInput;
import io.vllmmonitor.acceptance.hostile.JarWorkshop;
import io.vllmmonitor.acceptance.hostile.SteadyPlugins;
import io.vllmmonitor.acceptance.hostile.Wave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Nothing that is dropped hurts the daemon or what runs beside it: every input of the {@link
 * HostileCorpus} is dropped on a daemon that watches a simulated server, contained as expected, and
 * taken away, while healthy plugins miss no call. The long form drops one input after the other,
 * the others drop them in waves. {@code --only} takes the name of a wave or of an input.
 */
final class HostileProof implements Proof {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Override
  public String run(ProofSetting setting) throws Exception {
    List<List<HostileInput>> turns = turns(setting);
    Path data = setting.scratch().resolve("hostile");
    Path config = Files.writeString(setting.scratch().resolve("hostile.yaml"), "");
    Map<String, byte[]> jars =
        JarWorkshop.build(
            ExamplePlugin.api(setting.bundle()),
            Files.createDirectories(setting.scratch().resolve("workshop")));
    setting.log().accept("built " + jars.size() + " jars");
    try (SimulatorProcess simulator = SimulatorProcess.start(setting, List.of("--rate", "0.5"))) {
      Files.writeString(
          config,
          """
          targets:
            - url: %s
              mode: observe
              scrape_interval: 1s
          """
              .formatted(simulator.url()));
      try (DaemonProcess daemon =
          DaemonProcess.up(setting, data, List.of("--config", config.toString()))) {
        Rest rest = daemon.rest();
        DropFolders place = new DropFolders(data, rest, jars);
        dropNeighbours(place);
        Neighbours neighbours = Neighbours.watch(rest, simulator.instance());
        setting.log().accept("the healthy plugins are called");
        HostileTurns run = new HostileTurns(setting, daemon, place, neighbours);
        return run.of(turns);
      }
    }
  }

  private static List<List<HostileInput>> turns(ProofSetting setting) {
    List<HostileInput> inputs =
        HostileCorpus.inputs().stream()
            .filter(input -> isWanted(input, setting.only()))
            .filter(input -> setting.extent() != ProofSetting.Extent.BRIEF || input.brief())
            .toList();
    if (inputs.isEmpty()) {
      throw new ProofFailure(
          "There is no wave and no input '"
              + setting.only()
              + "' of the hostile proof; its waves: "
              + Stream.of(Wave.values()).map(HostileProof::name).toList());
    }
    if (!setting.quick()) {
      return inputs.stream().map(List::of).toList();
    }
    Map<Wave, List<HostileInput>> waves = new EnumMap<>(Wave.class);
    for (HostileInput input : inputs) {
      waves.computeIfAbsent(input.wave(), wave -> new ArrayList<>()).add(input);
    }
    return List.copyOf(waves.values());
  }

  private static boolean isWanted(HostileInput input, @Nullable String only) {
    return only == null || only.equals(input.name()) || only.equals(name(input.wave()));
  }

  /** A wave as it is written on the command line. */
  static String name(Wave wave) {
    return wave.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void dropNeighbours(DropFolders place) throws IOException {
    put(place.jars(), SteadyPlugins.JAR + ".jar", place.jar(SteadyPlugins.JAR));
    put(place.jars(), SteadyPlugins.LISTENER + ".jar", place.jar(SteadyPlugins.LISTENER));
    put(
        place.sources(),
        "SteadySource.java",
        SteadyPlugins.source(SteadyPlugins.SOURCE, "SteadySource").getBytes(UTF_8));
    put(
        place.extensions(),
        "SteadyExtension.java",
        SteadyPlugins.source(SteadyPlugins.EXTENSION, "SteadyExtension").getBytes(UTF_8));
    Neighbours.ALL.forEach(
        unit -> {
          try {
            place.awaitLive(unit);
          } catch (ProofFailure e) {
            throw new ProofFailure("The healthy plugins must run first: " + e.getMessage());
          }
        });
  }

  private static void put(Path folder, String file, byte[] bytes) throws IOException {
    Path half = Files.write(folder.resolve(".half-" + file), bytes);
    Files.move(half, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  /** How long a turn may take; each start that hangs takes its deadline. */
  static Duration patience(List<HostileInput> turn) {
    long slow = turn.stream().filter(input -> input.wave() == Wave.SLOW_START).count();
    return PATIENCE.plusSeconds(15 * slow);
  }
}
