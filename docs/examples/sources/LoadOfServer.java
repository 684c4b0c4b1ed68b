/*
 * id: load-of-server
 * version: 1.0.0
 * description: Reads the server's own load figure.
 */

import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.target.Target;
import java.util.List;

/** A metrics source may call its own target, and nothing else. */
public class LoadOfServer implements MetricsSource {
  private static final String FIELD = "\"server_load\":";

  private final HttpService http;

  public LoadOfServer(PluginContext context) {
    http = context.http();
  }

  public String id() {
    return "load-of-server";
  }

  public List<MetricSpec> metrics() {
    return List.of(
        MetricSpec.of(
            "server_load",
            MetricKind.GAUGE,
            MetricType.PERFORMANCE,
            "requests",
            "Requests that the server counts as its load."));
  }

  public void probe(Target target, CollectScope scope) {
    load(scope);
  }

  public void collect(Target target, SampleSink sink, CollectScope scope) {
    sink.sample(SeriesKey.of("server_load"), load(scope));
  }

  private long load(CollectScope scope) {
    HttpAnswer answer = http.send(HttpCall.get("/load", scope.remaining()));
    String page = answer.text();
    int at = page.indexOf(FIELD);
    if (!answer.isSuccess() || at < 0) {
      throw new IllegalStateException("/load answered " + answer.status() + " without a figure");
    }
    int begin = at + FIELD.length();
    while (page.charAt(begin) == ' ') {
      begin++;
    }
    int end = begin;
    while (end < page.length() && Character.isDigit(page.charAt(end))) {
      end++;
    }
    return Long.parseLong(page.substring(begin, end));
  }
}
