package io.vllmmonitor.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateTransition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifecycleTransitionsTest {
  @Test
  void everyStateIsReachableFromTheBeginning() {
    assertThat(reachable(LifecycleState.NOT_STARTED))
        .containsExactlyInAnyOrder(LifecycleState.values())
        .hasSize(22);
  }

  @Test
  void everyStateHasAWayBackToService() {
    for (LifecycleState state : LifecycleState.values()) {
      assertThat(reachable(state)).as("from %s", state).contains(LifecycleState.READY);
    }
  }

  @Test
  void noStateFollowsItselfAndEveryKindOfTransitionIsUsed() {
    Set<StateTransition> used = EnumSet.noneOf(StateTransition.class);
    for (LifecycleState from : LifecycleState.values()) {
      assertThat(LifecycleTransitions.between(from, from)).isEmpty();
      for (LifecycleState to : LifecycleState.values()) {
        LifecycleTransitions.between(from, to).ifPresent(used::add);
      }
    }
    assertThat(used).containsExactlyInAnyOrder(StateTransition.values());
  }

  @Test
  void whatCannotBeIsNotAllowed() {
    assertThat(LifecycleTransitions.between(LifecycleState.READY, LifecycleState.LOADING_MODEL))
        .isEmpty();
    assertThat(LifecycleTransitions.between(LifecycleState.TERMINATED, LifecycleState.SERVING))
        .isEmpty();
    assertThat(LifecycleTransitions.between(LifecycleState.UNRECOVERABLE, LifecycleState.READY))
        .isEmpty();
    assertThat(LifecycleTransitions.between(LifecycleState.PAUSED, LifecycleState.READY))
        .hasValue(StateTransition.PAUSE_RESUME);
  }

  private static Set<LifecycleState> reachable(LifecycleState from) {
    Set<LifecycleState> found = EnumSet.of(from);
    Deque<LifecycleState> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      LifecycleState state = open.remove();
      for (LifecycleState next : LifecycleState.values()) {
        if (LifecycleTransitions.between(state, next).isPresent() && found.add(next)) {
          open.add(next);
        }
      }
    }
    return found;
  }
}
