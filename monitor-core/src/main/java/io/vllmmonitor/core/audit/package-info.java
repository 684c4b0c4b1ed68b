/**
 * Who did what to this monitor. Commands of people flow in from the daemon, the command line and
 * programs that embed the monitor; entries flow into the history. Start at {@link
 * io.vllmmonitor.core.audit.AuditLog}.
 */
@NullMarked
package io.vllmmonitor.core.audit;

import org.jspecify.annotations.NullMarked;
