package ${package};

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpAnswer;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.plugin.HttpService;
import io.vllmmonitor.api.plugin.PluginContext;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.target.Target;
import java.util.List;

/** Collects one number that a server tells as JSON, such as {"server_load": 3}. */
public final class ${className} implements MetricsSource {
  private static final String NAME = "custom_server_load";

  private final HttpService http;
  private final String path;
  private final SeriesKey series = new SeriesKey(NAME, Labels.none());

  public ${className}(PluginContext context) {
    http = context.http();
    path = context.config().string("path", "/load");
  }

  @Override
  public String id() {
    return "${artifactId}";
  }

  @Override
  public List<MetricSpec> metrics() {
    return List.of(
        MetricSpec.of(
            NAME, MetricKind.GAUGE, MetricType.PERFORMANCE, "", "Requests that the server holds."));
  }

  @Override
  public void probe(Target target, CollectScope scope) {
    load(scope);
  }

  @Override
  public void collect(Target target, SampleSink sink, CollectScope scope) {
    sink.sample(series, load(scope));
  }

  private double load(CollectScope scope) {
    HttpAnswer answer = http.send(HttpCall.get(path, scope.remaining()));
    String text = answer.isSuccess() ? answer.text() : "";
    String name = "\"server_load\":";
    int from = text.indexOf(name);
    if (from < 0) {
      throw notMetrics();
    }
    int at = from + name.length();
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    int end = at;
    while (end < text.length() && Character.isDigit(text.charAt(end)) && end - at < 15) {
      end++;
    }
    if (end == at) {
      throw notMetrics();
    }
    return Long.parseLong(text.substring(at, end));
  }

  private MonitorException notMetrics() {
    return new MonitorException(
        ErrorCode.TARGET_NOT_METRICS, Blame.ENVIRONMENT, path + " tells no server_load");
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key("path", "/load", "Where the server tells its load, a path."));
  }
}
