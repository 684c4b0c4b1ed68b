/**
 * HTTP to the watched servers, and nothing else: every call has a deadline, caps on size and an
 * address that was checked. Calls of plugins flow in, whole answers or coded errors flow out. Start
 * at {@link io.vllmmonitor.core.http.TargetHttps}.
 */
@NullMarked
package io.vllmmonitor.core.http;

import org.jspecify.annotations.NullMarked;
