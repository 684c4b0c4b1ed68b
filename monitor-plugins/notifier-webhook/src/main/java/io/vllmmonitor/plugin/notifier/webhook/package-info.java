/**
 * Posts news as JSON to a URL of the operator's choice. Notifications flow in, requests flow out.
 * Start at {@link io.vllmmonitor.plugin.notifier.webhook.WebhookPlugin}.
 */
@NullMarked
package io.vllmmonitor.plugin.notifier.webhook;

import org.jspecify.annotations.NullMarked;
