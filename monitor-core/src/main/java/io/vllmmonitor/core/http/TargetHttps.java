package io.vllmmonitor.core.http;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.plugin.TargetHttp;
import io.vllmmonitor.api.target.Target;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the HTTP clients of all targets over shared connections and threads; one object per daemon.
 * Targets with the same authorities share a pool. Thread-safe. Close it last, after the sampler:
 * calls in flight then fail.
 */
public final class TargetHttps implements AutoCloseable {
  private static final AtomicInteger THREADS = new AtomicInteger();

  private final ExecutorService executor =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "target-http-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });
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
  public TargetHttp forTarget(Target target) {
    Path authorities = target.caFile();
    HttpClient client =
        authorities == null ? systemTrust : ownTrust.computeIfAbsent(authorities, this::client);
    return new TargetHttpClient(target, client, executor, secrets, nanoTicker);
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
  }
}
