/**
 * Checks of everything that a data directory or a backup holds. Files flow in and stay as they are;
 * a report of what was read and what is wrong flows out. Start at {@link
 * io.vllmmonitor.persistence.verify.Verification}.
 */
@NullMarked
package io.vllmmonitor.persistence.verify;

import org.jspecify.annotations.NullMarked;
