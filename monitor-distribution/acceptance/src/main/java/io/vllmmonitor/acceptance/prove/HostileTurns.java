package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.acceptance.hostile.Containment;
import io.vllmmonitor.acceptance.hostile.HostileInput;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Drops hostile inputs on one daemon, turn by turn, and judges what comes of them. Confined to one
 * thread; used once.
 */
final class HostileTurns {
  private static final Duration GONE = Duration.ofSeconds(60);

  /** So many scrapes outlast the time after which a missing file counts as removed. */
  private static final int SCRAPES_WITHOUT_FOLDER = 5;

  private final ProofSetting setting;
  private final DaemonProcess daemon;
  private final Rest rest;
  private final DropFolders place;
  private final Neighbours neighbours;
  private final Map<String, String> escaped = new TreeMap<>();
  private int dropped;
  private long evaluationsAtDrop;

  HostileTurns(ProofSetting setting, DaemonProcess daemon, DropFolders place, Neighbours neighbours)
      throws IOException {
    this.setting = setting;
    this.daemon = daemon;
    this.rest = daemon.rest();
    this.place = place;
    this.neighbours = neighbours;
  }

  /**
   * Takes all turns and stops the daemon.
   *
   * @return the summary line
   * @throws ProofFailure when an input was not contained, a neighbour missed a call, or the daemon
   *     did not survive
   */
  String of(List<List<HostileInput>> turns) throws Exception {
    Neighbours.Verdict verdict = new Neighbours.Verdict(0, 0);
    for (List<HostileInput> turn : turns) {
      long begin = System.nanoTime();
      take(turn);
      verdict = neighbours.verdict();
      setting
          .log()
          .accept(
              turn.size()
                  + (turn.size() == 1 ? " input (" : " inputs of wave ")
                  + (turn.size() == 1
                      ? turn.get(0).name() + ")"
                      : HostileProof.name(turn.get(0).wave()))
                  + ", "
                  + (System.nanoTime() - begin) / 1_000_000
                  + " ms; neighbours missed "
                  + verdict.missed()
                  + " of "
                  + verdict.scrapes()
                  + " scrapes");
    }
    String summary =
        "inputs "
            + dropped
            + " contained "
            + (dropped - escaped.size())
            + " neighbours_missed "
            + verdict.missed();
    if (!escaped.isEmpty() || verdict.missed() > 0) {
      StringBuilder text = new StringBuilder(summary);
      escaped.forEach((name, why) -> text.append("\n  ").append(name).append(": ").append(why));
      throw new ProofFailure(text.toString());
    }
    int exitCode = daemon.stop();
    if (exitCode != 0) {
      throw new ProofFailure(
          summary + ", but the daemon does not stop with 0 after it, found " + exitCode);
    }
    return summary;
  }

  private void take(List<HostileInput> turn) throws Exception {
    evaluationsAtDrop = neighbours.evaluations();
    for (HostileInput input : turn) {
      dropped++;
      try {
        input.drop().on(place);
      } catch (ProofFailure e) {
        requireAlive(turn);
        escaped.put(input.name(), "could not be dropped: " + e.getMessage());
      }
    }
    awaitAll(turn, HostileProof.patience(turn), "not contained", this::isContained);
    for (HostileInput input : turn) {
      input.takeAway(place);
    }
    awaitAll(turn, GONE, "not gone after it was taken away", this::isGone);
  }

  /** Whether something has come true of an input by now. */
  private interface Judge {
    boolean holds(HostileInput input, UnitsView view) throws IOException, InterruptedException;
  }

  private void awaitAll(List<HostileInput> turn, Duration most, String failing, Judge judge)
      throws IOException, InterruptedException {
    List<HostileInput> waiting = new ArrayList<>(turn);
    UnitsView[] last = new UnitsView[1];
    try {
      Until.holds(
          "the inputs of this turn",
          most,
          () -> {
            if (!daemon.isAlive()) {
              return true;
            }
            UnitsView view = UnitsView.of(rest);
            last[0] = view;
            List<HostileInput> still = new ArrayList<>();
            for (HostileInput input : waiting) {
              if (!judge.holds(input, view)) {
                still.add(input);
              }
            }
            waiting.retainAll(still);
            return waiting.isEmpty();
          });
    } catch (ProofFailure e) {
      requireAlive(turn);
      if (last[0] == null) {
        throw e;
      }
      for (HostileInput input : waiting) {
        escaped.putIfAbsent(input.name(), failing + "; " + found(input, last[0]));
      }
    }
    requireAlive(turn);
  }

  private void requireAlive(List<HostileInput> turn) throws IOException, InterruptedException {
    if (daemon.isAlive() && rest.status("/healthz") == 200) {
      return;
    }
    String output = daemon.output();
    throw new ProofFailure(
        "The daemon did not survive "
            + turn.stream().map(HostileInput::name).toList()
            + "; its last words: "
            + output.substring(Math.max(0, output.length() - 2_000)));
  }

  private boolean isContained(HostileInput input, UnitsView view)
      throws IOException, InterruptedException {
    return switch (input.expected().containment()) {
      case REFUSED -> isNamed(input, view) && !isLive(input, view);
      case FAULTED -> isNamed(input, view);
      case ENDED -> isCalled(input, view);
      case RUNS -> isCalled(input, view) && isWhole(input, view);
      case UNMOVED -> isUnmoved(view);
    };
  }

  private boolean isGone(HostileInput input, UnitsView view)
      throws IOException, InterruptedException {
    boolean present =
        input.units().stream()
            .anyMatch(unit -> view.isLive(unit) || view.guardrail(unit).isPresent());
    boolean complains =
        view.problems().stream()
            .anyMatch(problem -> input.isFile(problem.path("subject").asText()));
    boolean told =
        input.expected().containment() != Containment.ENDED
            || input.expected().codes().isEmpty()
            || isNamed(input, view);
    return !present && !complains && told;
  }

  private static boolean isNamed(HostileInput input, UnitsView view) {
    Set<String> codes = input.expected().codes();
    return view.problems().stream()
        .anyMatch(
            problem ->
                input.isAbout(problem.path("subject").asText())
                    && (codes.isEmpty() || codes.contains(problem.path("name").asText())));
  }

  private static boolean isLive(HostileInput input, UnitsView view) {
    return input.units().stream().anyMatch(view::isLive);
  }

  private static boolean isCalled(HostileInput input, UnitsView view) {
    return input.units().stream().allMatch(unit -> view.isLive(unit) && view.evaluations(unit) > 0);
  }

  /** It runs with the bytes of its file, and nothing is said against that. */
  private boolean isWhole(HostileInput input, UnitsView view) throws IOException {
    String file = input.files().get(0);
    String hash = Hash.of(Files.readAllBytes(input.folder(place).resolve(file)));
    boolean complains =
        view.problems().stream()
            .anyMatch(problem -> input.isAbout(problem.path("subject").asText()));
    return !complains
        && input.units().stream()
            .allMatch(
                unit ->
                    view.plugin(unit)
                        .map(item -> item.path("code_hash").asText().equals(hash))
                        .orElse(false));
  }

  private boolean isUnmoved(UnitsView view) throws IOException, InterruptedException {
    return Neighbours.ALL.stream().allMatch(view::isLive)
        && neighbours.evaluations() >= evaluationsAtDrop + SCRAPES_WITHOUT_FOLDER;
  }

  private static String found(HostileInput input, UnitsView view) {
    Set<String> about = new TreeSet<>();
    for (JsonNode problem : view.problems()) {
      if (input.isAbout(problem.path("subject").asText())) {
        about.add(problem.path("name").asText() + ": " + problem.path("message").asText());
      }
    }
    List<String> units =
        view.plugins().stream()
            .filter(item -> input.units().contains(item.path("id").asText()))
            .map(JsonNode::toString)
            .toList();
    return "expected "
        + input.expected()
        + " "
        + input.expected().codes()
        + ", found problems "
        + about
        + " and units "
        + units;
  }
}
