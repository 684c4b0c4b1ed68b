/**
 * What can be done about an incident. A strategy plans, the core checks the gates and keeps the
 * attempt, an actuator is the only thing that touches a server. Incidents and views flow in, plans
 * and attempts flow out. Start at {@link io.vllmmonitor.api.mitigation.MitigationStrategy}.
 */
@NullMarked
package io.vllmmonitor.api.mitigation;

import org.jspecify.annotations.NullMarked;
