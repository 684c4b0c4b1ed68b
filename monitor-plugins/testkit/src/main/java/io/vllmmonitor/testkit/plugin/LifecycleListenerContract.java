package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.LifecycleState;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.lifecycle.StateTransition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every listener must keep to. The author brings a listener and tells what it did. */
public abstract class LifecycleListenerContract extends ExtensionContract<LifecycleListener> {
  private static final double STEPS = 3_000_000;

  /** A new listener, configured alike each time. */
  protected abstract LifecycleListener listener();

  /**
   * Everything that this listener made of what it heard so far, as text: a count, its lines in the
   * log, what it would tell others. It must change with the first checkpoint, or the listener does
   * nothing.
   */
  protected abstract String seen(LifecycleListener listener);

  @Override
  LifecycleListener create() {
    return listener();
  }

  @Override
  String answer(LifecycleListener listener, int number) {
    listener.onTransition(checkpoint(number));
    return seen(listener);
  }

  @Override
  void strange(LifecycleListener listener, RandomInput random) {
    listener.onTransition(random.checkpoint());
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Test
  void whatItHearsHasAnEffect() {
    prepare();
    LifecycleListener listener = listener();
    String before = seen(listener);
    for (int i = 0; i < LifecycleState.values().length; i++) {
      listener.onTransition(checkpoint(i));
    }
    assertThat(seen(listener))
        .as("seen() after a checkpoint of every state; a listener that does nothing is none")
        .isNotEqualTo(before);
  }

  /** Every state comes after every other, over time. */
  private static StateCheckpoint checkpoint(int number) {
    LifecycleState[] states = LifecycleState.values();
    StateTransition[] transitions = StateTransition.values();
    return new StateCheckpoint(
        "checkpoint-" + number,
        RandomInput.TARGET,
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number),
        states[(number + 1) % states.length],
        states[number % states.length],
        transitions[number % transitions.length],
        "as the test says",
        Map.of(),
        Map.of("version", "0.32.0"),
        Map.of(),
        Map.of("vllm:num_requests_waiting", (double) number),
        number % 3 == 0 ? "it failed" : null,
        List.of(),
        List.of(),
        Map.of());
  }
}
