/**
 * Proofs on the unzipped distribution, as its users would meet it. This package is empty on
 * purpose; start at {@link io.vllmmonitor.acceptance.prove.Prove}.
 */
@NullMarked
package io.vllmmonitor.acceptance;

import org.jspecify.annotations.NullMarked;
