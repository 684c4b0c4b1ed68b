package io.vllmmonitor.core.jar;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;

/**
 * What decides about jars beside the jars themselves. Immutable.
 *
 * @param trust which dropped jars the operator lets run
 * @param machine what is known of the machine of the daemon; may block for seconds
 */
public record JarPolicy(TrustPolicy trust, Supplier<Machine> machine) {
  public JarPolicy {
    requireNonNull(trust, "trust");
    requireNonNull(machine, "machine");
  }
}
