package io.vllmmonitor.plugin.notifier.webhook;

import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.plugin.MonitorPlugin;
import io.vllmmonitor.api.plugin.PluginContext;
import java.util.List;

/** Brings the webhook once a URL is configured; nothing before. */
public final class WebhookPlugin implements MonitorPlugin {
  @Override
  public List<Notifier> notifiers(PluginContext context) {
    return context.config().keys().contains(Webhook.URL)
        ? List.of(new Webhook(context))
        : List.of();
  }
}
