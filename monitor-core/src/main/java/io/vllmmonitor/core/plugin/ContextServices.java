package io.vllmmonitor.core.plugin;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.core.telemetry.OwnMetrics;
import java.net.URI;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the services of plugins are made of, apart from those of a target. Immutable; all parts are
 * thread-safe.
 *
 * @param servers HTTP to a server that is no target; asked only for those the operator allowed
 * @param secrets reads a secret where its reference points
 * @param metrics where the numbers of plugins are shown
 * @param news takes the events of plugins; must not wait
 * @param ids makes the ids of events
 */
public record ContextServices(
    Function<URI, HttpService> servers,
    Function<SecretReference, String> secrets,
    OwnMetrics metrics,
    Consumer<Notification> news,
    Supplier<String> ids) {
  public ContextServices {
    requireNonNull(servers, "servers");
    requireNonNull(secrets, "secrets");
    requireNonNull(metrics, "metrics");
    requireNonNull(news, "news");
    requireNonNull(ids, "ids");
  }
}
