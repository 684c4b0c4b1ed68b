package io.vllmmonitor.simulator.server;

import io.vllmmonitor.simulator.engine.EngineProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Runs a simulated server from the command line until the process is stopped. */
public final class SimulatorMain {
  private static final String USAGE =
      "usage: simulator [--host ADDRESS] [--port N] [--rate REQUESTS_PER_SECOND] [--seed N] [--profile NAME]"
          + " [--model NAME] [--time-scale X] [--no-dev-mode] [--load-tracking] [--fault NAME@SECONDS]...";

  private SimulatorMain() {}

  /** Prints the URL on standard output, then serves. Exit code 2 after a usage error. */
  public static void main(String[] args) throws InterruptedException {
    SimulatorConfig config;
    try {
      config = parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(2);
      return;
    }
    SimulatedVllmServer server = SimulatedVllmServer.start(config);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "simulator-close"));
    System.out.println(server.url());
    new CountDownLatch(1).await();
  }

  static SimulatorConfig parse(List<String> args) {
    SimulatorConfig config = SimulatorConfig.defaults();
    List<ScheduledFault> faults = new ArrayList<>();
    for (int i = 0; i < args.size(); i++) {
      String option = args.get(i);
      if (option.equals("--no-dev-mode")) {
        config = config.withDevMode(false);
      } else if (option.equals("--load-tracking")) {
        config = config.withLoadTracking(true);
      } else if (i + 1 == args.size()) {
        throw new IllegalArgumentException("unknown option or missing value: " + option);
      } else if (option.equals("--fault")) {
        faults.add(ScheduledFault.parse(args.get(++i)));
      } else {
        config = with(config, option, args.get(++i));
      }
    }
    return config.withFaults(faults);
  }

  private static SimulatorConfig with(SimulatorConfig config, String option, String value) {
    try {
      return switch (option) {
        case "--host" -> config.withAddress(value, config.port());
        case "--port" -> config.withAddress(config.host(), Integer.parseInt(value));
        case "--rate" -> config.withRate(Double.parseDouble(value));
        case "--seed" -> config.withSeed(Long.parseLong(value));
        case "--profile" -> config.withProfile(EngineProfile.named(value));
        case "--model" -> config.withModel(value);
        case "--time-scale" -> config.withTimeScale(Double.parseDouble(value));
        default -> throw new IllegalArgumentException("unknown option: " + option);
      };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the value of " + option + " is not a number: " + value, e);
    }
  }
}
