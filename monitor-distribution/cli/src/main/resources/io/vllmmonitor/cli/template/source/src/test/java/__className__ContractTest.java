package ${package};

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import io.vllmmonitor.testkit.plugin.MetricsSourceContract;

/** The sentences of the contract, run against the source of this plugin. */
class ${className}ContractTest extends MetricsSourceContract {
  private final FakeTargetHttp server = new FakeTargetHttp();

  @Override
  protected MetricsSource source() {
    return new ${className}(FakePluginContext.forTarget().with(server));
  }

  @Override
  protected Target target() {
    return FakePluginContext.forTarget().target().orElseThrow();
  }

  @Override
  protected void serveMetrics() {
    server.json("GET /load", 200, "{\"server_load\": 3}");
  }

  @Override
  protected void serveWebPage() {
    server.answer("GET /load", 200, "text/html", "<!doctype html><title>Hello</title>");
  }

  @Override
  protected void servePage(String text) {
    server.json("GET /load", 200, text + "\"server_load\":" + text);
  }

  @Override
  protected void serveNothing() {
    server.fail("GET /load", ErrorCode.TARGET_UNREACHABLE);
  }
}
