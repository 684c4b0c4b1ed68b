package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.acceptance.hostile.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The drop folders of a daemon under proof. */
final class DropFolders implements Place {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path data;
  private final Rest rest;
  private final Map<String, byte[]> jars;

  DropFolders(Path data, Rest rest, Map<String, byte[]> jars) {
    this.data = data;
    this.rest = rest;
    this.jars = Map.copyOf(jars);
  }

  @Override
  public Path jars() {
    return data.resolve("plugins");
  }

  @Override
  public Path sources() {
    return data.resolve("guardrails");
  }

  @Override
  public Path extensions() {
    return data.resolve("extensions");
  }

  @Override
  public byte[] jar(String unit) {
    byte[] jar = jars.get(unit);
    if (jar == null) {
      throw new ProofFailure("No jar was built for " + unit);
    }
    return jar.clone();
  }

  @Override
  public void awaitLive(String unit) {
    Until.holds(unit + " to be live", PATIENCE, () -> UnitsView.of(rest).isLive(unit));
  }

  @Override
  public void awaitProblem(String file) {
    Until.holds(
        "a problem that names " + file,
        PATIENCE,
        () -> {
          for (JsonNode problem : rest.all("/api/v1/problems")) {
            if (problem.path("subject").asText().equals(file)) {
              return true;
            }
          }
          return false;
        });
  }
}
