/**
 * Named proofs, each run against the unzipped bundle and ending in one summary line. Start at
 * {@link io.vllmmonitor.acceptance.prove.Prove}, the main class behind {@code .ci/prove}.
 */
@NullMarked
package io.vllmmonitor.acceptance.prove;

import org.jspecify.annotations.NullMarked;
