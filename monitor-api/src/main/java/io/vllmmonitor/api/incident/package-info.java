/**
 * What firings of one kind on one target add up to. The core opens, joins and closes incidents;
 * strategies are asked about them. The one entity is {@link io.vllmmonitor.api.incident.Incident}.
 */
@NullMarked
package io.vllmmonitor.api.incident;

import org.jspecify.annotations.NullMarked;
