/**
 * Forgets what is older than it need be kept, and shows beforehand what that would be. The stores
 * and the configured ages flow in, a plan flows out; carrying it out gives the space back. Start at
 * {@link io.vllmmonitor.persistence.retention.Retention}.
 */
@NullMarked
package io.vllmmonitor.persistence.retention;

import org.jspecify.annotations.NullMarked;
