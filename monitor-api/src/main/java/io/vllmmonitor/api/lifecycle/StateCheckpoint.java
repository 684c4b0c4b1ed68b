package io.vllmmonitor.api.lifecycle;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.target.TargetId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change of state of one target with what was known at that moment; stored before anything acts
 * on it. Later nouns are named by id. Immutable.
 *
 * @param id unique, sortable by time
 * @param previousState the state before; equal to {@code state} for the very first checkpoint of a
 *     target
 * @param reason one sentence for people
 * @param arguments start arguments of the server as far as they are known
 * @param environment what surrounds the server (version, routes, incarnation); never a secret
 * @param hardwareState gauges of the hardware by name; empty when none are collected
 * @param metrics the key metrics at that instant by name
 * @param errorContext what failed, in words; null when nothing did
 * @param guardrailViolations ids of the guardrails that were firing
 * @param interventions ids of the attempts that were in flight
 * @param metadata anything else
 */
public record StateCheckpoint(
    String id,
    TargetId target,
    Instant at,
    LifecycleState state,
    LifecycleState previousState,
    StateTransition transition,
    String reason,
    Map<String, String> arguments,
    Map<String, String> environment,
    Map<String, Double> hardwareState,
    Map<String, Double> metrics,
    @Nullable String errorContext,
    List<String> guardrailViolations,
    List<String> interventions,
    Map<String, String> metadata) {
  public StateCheckpoint {
    requireNonNull(id, "id");
    requireNonNull(target, "target");
    requireNonNull(at, "at");
    requireNonNull(state, "state");
    requireNonNull(previousState, "previousState");
    requireNonNull(transition, "transition");
    requireNonNull(reason, "reason");
    arguments = Map.copyOf(arguments);
    environment = Map.copyOf(environment);
    hardwareState = Map.copyOf(hardwareState);
    metrics = Map.copyOf(metrics);
    guardrailViolations = List.copyOf(guardrailViolations);
    interventions = List.copyOf(interventions);
    metadata = Map.copyOf(metadata);
  }
}
