package io.vllmmonitor.core.script;

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;

/** A lifecycle listener of a dropped source. */
final class SandboxedListener extends SandboxedExtension<LifecycleListener>
    implements LifecycleListener {
  SandboxedListener(LifecycleListener source, GuardedCalls calls) {
    super(source, calls);
  }

  @Override
  public void onTransition(StateCheckpoint checkpoint) {
    tell("onTransition()", listener -> listener.onTransition(checkpoint));
  }
}
