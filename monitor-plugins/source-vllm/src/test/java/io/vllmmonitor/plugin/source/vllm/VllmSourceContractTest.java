package io.vllmmonitor.plugin.source.vllm;

import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetMode;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.LoopbackHttp;
import io.vllmmonitor.testkit.plugin.MetricsSourceContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class VllmSourceContractTest extends MetricsSourceContract {
  private VllmServerStub server = new VllmServerStub(0);

  @Override
  protected MetricsSource source() {
    FakePluginContext context =
        FakePluginContext.forTarget(target()).with(new LoopbackHttp(server.url()));
    return new VllmSourcePlugin().sources(context).get(0);
  }

  @Override
  protected Target target() {
    return Target.of(server.url(), TargetMode.OBSERVE, Duration.ofSeconds(1));
  }

  @Override
  protected void serveMetrics() {
    int port = server.port();
    server.close();
    server = new VllmServerStub(port).serveVllm("0.32.0-fresh");
  }

  @Override
  protected void serveWebPage() {
    server.serve("GET /metrics", 200, "text/html", "<!doctype html><title>Grafana</title>");
  }

  @Override
  protected void servePage(String text) {
    server.serve("GET /metrics", 200, "text/plain; version=1.0.0; charset=utf-8", text);
  }

  @Override
  protected void serveNothing() {
    server.close();
  }

  @AfterEach
  void stop() {
    server.close();
  }
}
