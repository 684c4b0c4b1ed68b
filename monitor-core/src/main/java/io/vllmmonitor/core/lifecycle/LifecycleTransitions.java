package io.vllmmonitor.core.lifecycle;

import static io.vllmmonitor.api.lifecycle.LifecycleState.ALLOCATING_MEMORY;
import static io.vllmmonitor.api.lifecycle.LifecycleState.CHECKING_DEPENDENCIES;
import static io.vllmmonitor.api.lifecycle.LifecycleState.CLEANUP;
import static io.vllmmonitor.api.lifecycle.LifecycleState.COMPILING_KERNELS;
import static io.vllmmonitor.api.lifecycle.LifecycleState.CRITICAL_ERROR;
import static io.vllmmonitor.api.lifecycle.LifecycleState.ERROR;
import static io.vllmmonitor.api.lifecycle.LifecycleState.INITIALIZING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.LOADING_CONFIGURATIONS;
import static io.vllmmonitor.api.lifecycle.LifecycleState.LOADING_MODEL;
import static io.vllmmonitor.api.lifecycle.LifecycleState.NOT_STARTED;
import static io.vllmmonitor.api.lifecycle.LifecycleState.PAUSED;
import static io.vllmmonitor.api.lifecycle.LifecycleState.PROCESSING_REQUESTS;
import static io.vllmmonitor.api.lifecycle.LifecycleState.READY;
import static io.vllmmonitor.api.lifecycle.LifecycleState.RECONFIGURING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.RECOVERING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.SCALING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.SERVING;
import static io.vllmmonitor.api.lifecycle.LifecycleState.SETTING_UP_WORKERS;
import static io.vllmmonitor.api.lifecycle.LifecycleState.SHUTTING_DOWN;
import static io.vllmmonitor.api.lifecycle.LifecycleState.TERMINATED;
import static io.vllmmonitor.api.lifecycle.LifecycleState.UNRECOVERABLE;
import static io.vllmmonitor.api.lifecycle.LifecycleState.VALIDATING_ENVIRONMENT;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateTransition;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which state may follow which, and by what kind of transition. From outside only some of the 22
 * states can be seen; the others are for whoever starts servers and reports what it does. Immutable
 * and thread-safe.
 */
public final class LifecycleTransitions {
  private static final List<LifecycleState> START_ORDER =
      List.of(
          NOT_STARTED,
          VALIDATING_ENVIRONMENT,
          CHECKING_DEPENDENCIES,
          LOADING_CONFIGURATIONS,
          INITIALIZING,
          LOADING_MODEL,
          ALLOCATING_MEMORY,
          COMPILING_KERNELS,
          SETTING_UP_WORKERS);
  private static final List<LifecycleState> SERVICE = List.of(READY, SERVING, PROCESSING_REQUESTS);
  private static final List<LifecycleState> RUNNING =
      List.of(READY, SERVING, PROCESSING_REQUESTS, PAUSED, RECONFIGURING, SCALING, RECOVERING);
  private static final Map<LifecycleState, Map<LifecycleState, StateTransition>> TABLE = table();

  private LifecycleTransitions() {}

  /** The kind of transition from one state to another; empty when it is not allowed. */
  public static Optional<StateTransition> between(LifecycleState from, LifecycleState to) {
    return Optional.ofNullable(TABLE.getOrDefault(from, Map.of()).get(to));
  }

  private static Map<LifecycleState, Map<LifecycleState, StateTransition>> table() {
    Map<LifecycleState, Map<LifecycleState, StateTransition>> table =
        new EnumMap<>(LifecycleState.class);
    starting(table);
    serving(table);
    changing(table);
    ending(table);
    failing(table);
    return table;
  }

  /** A start may be seen whole or joined late at any later point. */
  private static void starting(Map<LifecycleState, Map<LifecycleState, StateTransition>> table) {
    for (int i = 0; i < START_ORDER.size(); i++) {
      for (LifecycleState later : START_ORDER.subList(i + 1, START_ORDER.size())) {
        allow(table, START_ORDER.get(i), later, StateTransition.STARTUP);
      }
      for (LifecycleState up : RUNNING) {
        allow(table, START_ORDER.get(i), up, StateTransition.STARTUP);
      }
      // What the monitor sees first may be a server in any condition.
      allow(
          table,
          START_ORDER.get(i),
          TERMINATED,
          i == 0 ? StateTransition.STARTUP : StateTransition.EMERGENCY_STOP);
    }
  }

  private static void serving(Map<LifecycleState, Map<LifecycleState, StateTransition>> table) {
    for (LifecycleState from : SERVICE) {
      for (LifecycleState to : SERVICE) {
        // Work that comes and goes; of the seven kinds this is the nearest.
        allow(table, from, to, StateTransition.PAUSE_RESUME);
      }
      allow(table, from, PAUSED, StateTransition.PAUSE_RESUME);
      allow(table, PAUSED, from, StateTransition.PAUSE_RESUME);
      allow(table, RECOVERING, from, StateTransition.ERROR_RECOVERY);
      for (LifecycleState failed : List.of(ERROR, CRITICAL_ERROR)) {
        allow(table, failed, from, StateTransition.ERROR_RECOVERY);
      }
    }
  }

  private static void changing(Map<LifecycleState, Map<LifecycleState, StateTransition>> table) {
    for (LifecycleState state : RUNNING) {
      allow(table, state, RECONFIGURING, StateTransition.RECONFIGURATION);
      allow(table, RECONFIGURING, state, StateTransition.RECONFIGURATION);
      allow(table, state, SCALING, StateTransition.SCALING);
      allow(table, SCALING, state, StateTransition.SCALING);
      allow(table, state, RECOVERING, StateTransition.ERROR_RECOVERY);
    }
    allow(table, RECOVERING, PAUSED, StateTransition.PAUSE_RESUME);
    for (LifecycleState down : List.of(ERROR, CRITICAL_ERROR, TERMINATED)) {
      allow(table, down, RECOVERING, StateTransition.ERROR_RECOVERY);
      allow(table, down, PAUSED, StateTransition.PAUSE_RESUME);
    }
  }

  private static void ending(Map<LifecycleState, Map<LifecycleState, StateTransition>> table) {
    for (LifecycleState state : RUNNING) {
      allow(table, state, SHUTTING_DOWN, StateTransition.SHUTDOWN);
      allow(table, state, TERMINATED, StateTransition.SHUTDOWN);
    }
    for (LifecycleState failed : List.of(ERROR, CRITICAL_ERROR, UNRECOVERABLE)) {
      allow(table, failed, SHUTTING_DOWN, StateTransition.EMERGENCY_STOP);
      allow(table, failed, TERMINATED, StateTransition.EMERGENCY_STOP);
    }
    allow(table, SHUTTING_DOWN, CLEANUP, StateTransition.SHUTDOWN);
    allow(table, SHUTTING_DOWN, TERMINATED, StateTransition.SHUTDOWN);
    allow(table, CLEANUP, TERMINATED, StateTransition.SHUTDOWN);
    allow(table, TERMINATED, NOT_STARTED, StateTransition.SHUTDOWN);
    for (LifecycleState again : START_ORDER.subList(1, START_ORDER.size())) {
      allow(table, TERMINATED, again, StateTransition.STARTUP);
      allow(table, RECOVERING, again, StateTransition.ERROR_RECOVERY);
    }
  }

  private static void failing(Map<LifecycleState, Map<LifecycleState, StateTransition>> table) {
    for (LifecycleState state : LifecycleState.values()) {
      if (state != UNRECOVERABLE) {
        allow(
            table,
            state,
            ERROR,
            state == NOT_STARTED ? StateTransition.STARTUP : StateTransition.EMERGENCY_STOP);
      }
      if (state != NOT_STARTED && state != TERMINATED && state != UNRECOVERABLE) {
        allow(table, state, CRITICAL_ERROR, StateTransition.EMERGENCY_STOP);
      }
    }
    allow(table, ERROR, UNRECOVERABLE, StateTransition.EMERGENCY_STOP);
    allow(table, CRITICAL_ERROR, UNRECOVERABLE, StateTransition.EMERGENCY_STOP);
  }

  /** The first rule for a pair stands; a state never follows itself. */
  private static void allow(
      Map<LifecycleState, Map<LifecycleState, StateTransition>> table,
      LifecycleState from,
      LifecycleState to,
      StateTransition transition) {
    if (from != to) {
      table
          .computeIfAbsent(from, unused -> new EnumMap<>(LifecycleState.class))
          .putIfAbsent(to, transition);
    }
  }
}
