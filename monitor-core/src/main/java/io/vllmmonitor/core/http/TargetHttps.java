package io.vllmmonitor.core.http;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.core.worker.DetachedThreads;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the HTTP clients of all targets over shared connections and threads; one object per daemon.
 * Targets with the same authorities share a pool. Thread-safe. Close it last, after the sampler:
 * calls in flight then fail.
 */
public final class TargetHttps implements AutoCloseable {
  private static final Duration UNUSED_INTERVAL = Duration.ofSeconds(1);

  // Plugins call from here, and the first to need one more thread must not be remembered by it.
  private final DetachedThreads threads = new DetachedThreads("target-http");
  private final ExecutorService executor = Executors.newCachedThreadPool(threads);
  private final HttpClient systemTrust;
  private final Map<Path, HttpClient> ownTrust = new ConcurrentHashMap<>();
  private final SecretReader secrets;
  private final LongSupplier nanoTicker;

  /**
   * @param environment the variables in which {@code env:} secrets are looked up; live views are
   *     read at every call
   */
  public TargetHttps(Map<String, String> environment) {
    this(environment, System::nanoTime);
  }

  /**
   * @param nanoTicker counts nanoseconds from any start; deadlines are measured with it
   */
  public TargetHttps(Map<String, String> environment, LongSupplier nanoTicker) {
    this.nanoTicker = requireNonNull(nanoTicker, "nanoTicker");
    this.secrets = new SecretReader(requireNonNull(environment, "environment"));
    this.systemTrust = client(null);
  }

  /**
   * The client for one target.
   *
   * @throws io.vllmmonitor.api.error.MonitorException CONFIG_UNREADABLE when the file of
   *     authorities cannot be read, CONFIG_INVALID_VALUE when it holds no PEM certificate
   */
  public HttpService forTarget(Target target) {
    Path authorities = target.caFile();
    HttpClient client =
        authorities == null ? systemTrust : ownTrust.computeIfAbsent(authorities, this::client);
    return new TargetHttpClient(target, client, executor, secrets, nanoTicker);
  }

  /**
   * The client for a server that is no target: the JVM's authorities, no token, and the same limits
   * as for targets.
   *
   * @param base http or https with a host, without a trailing slash
   */
  public HttpService forServer(URI base) {
    return forTarget(Target.of(base, TargetMode.OBSERVE, UNUSED_INTERVAL));
  }

  /**
   * The secret behind a reference, read now.
   *
   * @throws io.vllmmonitor.api.error.MonitorException SECRET_UNAVAILABLE when nothing usable is
   *     there
   */
  public String secret(SecretReference reference) {
    return secrets.read(reference);
  }

  private HttpClient client(@Nullable Path authorities) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            // A proxy would make the check of the address meaningless.
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(executor);
    if (authorities != null) {
      builder.sslContext(Authorities.trusting(authorities));
    }
    return builder.build();
  }

  @Override
  public void close() {
    executor.shutdownNow();
    threads.close();
  }
}
