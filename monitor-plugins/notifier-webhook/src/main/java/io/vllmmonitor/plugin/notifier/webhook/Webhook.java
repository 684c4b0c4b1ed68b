package io.vllmmonitor.plugin.notifier.webhook;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.plugin.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;

/**
 * Posts each notification of enough severity to one URL. Any answer of 200 to 299 counts as
 * delivered; everything else is an error, upon which the core tries again.
 */
final class Webhook implements Notifier {
  static final String URL = "url";

  private static final String TOKEN = "token";
  private static final String MIN_SEVERITY = "min_severity";
  private static final String TIMEOUT = "timeout";
  private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);

  private final HttpService http;
  private final String path;
  private final Secrets secrets;
  private final boolean hasToken;
  private final Severity least;
  private final Duration timeout;

  /**
   * @throws MonitorException CONFIG_INVALID_VALUE when the configuration is of no use
   */
  Webhook(PluginContext context) {
    Settings config = context.config();
    URI url = url(config);
    http = context.http(base(url));
    path = path(url);
    secrets = context.secrets();
    hasToken = config.keys().contains(TOKEN);
    least = severity(config);
    timeout = timeout(config);
  }

  private static URI url(Settings config) {
    String text = config.string(URL, "").strip();
    try {
      URI url = new URI(text);
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (web && url.getHost() != null && url.getRawUserInfo() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw invalid(URL, "is no URL: " + e.getReason());
    }
    throw invalid(URL, "must be an http or https URL with a host and without a password");
  }

  private static URI base(URI url) {
    return URI.create(url.getScheme() + "://" + url.getRawAuthority());
  }

  private static String path(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  private static Severity severity(Settings config) {
    String text = config.string(MIN_SEVERITY, "warning").strip();
    for (Severity severity : Severity.values()) {
      if (severity.name().equals(text.toUpperCase(Locale.ROOT))) {
        return severity;
      }
    }
    throw invalid(MIN_SEVERITY, "is '" + text + "'; expected warning, error or critical");
  }

  private static Duration timeout(Settings config) {
    Duration timeout = config.duration(TIMEOUT, USUAL_TIMEOUT);
    if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST_TIMEOUT) >= 0) {
      throw invalid(TIMEOUT, "must be more than 0 and less than 30s");
    }
    return timeout;
  }

  private static MonitorException invalid(String key, String what) {
    return new MonitorException(
        ErrorCode.CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "Configuration key '" + key + "' of notifier-webhook " + what);
  }

  @Override
  public String id() {
    return "webhook";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(URL, "", "Where notifications are posted; its server is allowed."),
        new ConfigSpec.Key(TOKEN, "", "Sent as bearer token; env:NAME or file:/path."),
        new ConfigSpec.Key(
            MIN_SEVERITY, "warning", "Less severe ones are not sent: warning, error or critical."),
        new ConfigSpec.Key(TIMEOUT, "10s", "How long one request may take, less than 30s."));
  }

  @Override
  public void send(Notification notification) {
    if (notification.severity().compareTo(least) < 0) {
      return;
    }
    HttpCall call = HttpCall.post(path, JsonText.of(notification), timeout);
    HttpAnswer answer =
        http.send(
            hasToken ? call.withHeader("Authorization", "Bearer " + secrets.secret(TOKEN)) : call);
    if (!answer.isSuccess()) {
      throw new MonitorException(
          ErrorCode.PLUGIN_CALL_FAILED,
          Blame.ENVIRONMENT,
          "The webhook answered with status " + answer.status() + "; expected 200 to 299");
    }
  }
}
