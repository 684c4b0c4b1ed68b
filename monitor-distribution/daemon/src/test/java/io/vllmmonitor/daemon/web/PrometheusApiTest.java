package io.vllmmonitor.daemon.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesKey;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrometheusApiTest {
  private static final String API = "/prometheus/api/v1";

  private final FakeDaemon daemon = new FakeDaemon();
  private final Calls calls = new Calls(daemon);

  @BeforeEach
  void fill() {
    daemon.latest.add(
        new Sample(
            new SeriesKey("vllm:running", Labels.of("engine", "0", "job", "vllm")),
            FakeDaemon.NOW,
            1));
    daemon.latest.add(new Sample(new SeriesKey("up", Labels.of("job", "vllm")), FakeDaemon.NOW, 1));
    daemon.catalog.add(
        List.of(
            MetricSpec.of("vllm:running", MetricKind.GAUGE, MetricType.PERFORMANCE, "", "Running")
                .withAliases("vllm:was")));
  }

  @AfterEach
  void close() {
    daemon.close();
  }

  @Test
  void grafanasSaveAndTestPasses() throws Exception {
    HttpResponse<String> sum = calls.form(API + "/query", "query=1%2B1&time=1795608000");
    assertThat(sum.statusCode()).isEqualTo(200);
    assertThat(sum.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(sum.body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1.795608E9,\"2\"]}}");
    JsonNode build = calls.get(API + "/status/buildinfo");
    assertThat(build.path("status").asText()).isEqualTo("success");
    assertThat(build.at("/data/version").asText()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(build.at("/data/revision").asText()).isEqualTo("0.1.0");
    assertThat(calls.get(API + "/metadata").path("data").toString())
        .isEqualTo(
            "{\"vllm:running\":[{\"type\":\"gauge\",\"help\":\"Running\",\"unit\":\"\"}],"
                + "\"vllm:was\":[{\"type\":\"gauge\",\"help\":\"Running\",\"unit\":\"\"}]}");
    assertThat(calls.get(API + "/metadata?limit=1").path("data")).hasSize(1);
    assertThat(calls.get(API + "/metadata?metric=x").path("data")).isEmpty();
  }

  @Test
  void seriesLabelsAndValuesTakeMatchers() throws Exception {
    assertThat(calls.get(API + "/series?match%5B%5D=up").path("data").toString())
        .isEqualTo("[{\"__name__\":\"up\",\"job\":\"vllm\"}]");
    assertThat(calls.form(API + "/series", "match%5B%5D=up&match%5B%5D=vllm:running").body())
        .contains("\"engine\":\"0\"")
        .contains("\"__name__\":\"up\"");
    assertThat(calls.get(API + "/labels").path("data").toString())
        .isEqualTo("[\"engine\",\"job\"]");
    assertThat(calls.get(API + "/labels?match[]=up").path("data").toString())
        .isEqualTo("[\"job\"]");
    assertThat(calls.get(API + "/label/__name__/values").path("data").toString())
        .isEqualTo("[\"up\",\"vllm:running\"]");
    assertThat(calls.get(API + "/label/__name__/values?limit=1").path("data")).hasSize(1);
    assertThat(calls.get(API + "/label/__name__/values?limit=0").path("data")).hasSize(2);
    assertError(calls.send("GET", API + "/series"), 400, "bad_data", "match[]");
  }

  @Test
  void rangesTakeSecondsTimesAndDurations() throws Exception {
    String asked = "1970-01-01T00:00:10Z 1970-01-01T00:01:00.500Z PT15S";
    assertThat(
            calls
                .get(API + "/query_range?query=up&start=10&end=60.5&step=15")
                .at("/data/asked")
                .asText())
        .isEqualTo("up " + asked);
    assertThat(
            calls
                .form(API + "/query_range", "query=up&start=1970-01-01T00:00:10Z&end=60.5&step=15s")
                .body())
        .contains(asked);
    assertError(
        calls.send("GET", API + "/query_range?query=up&start=10&end=60&step=0"),
        400,
        "bad_data",
        "step");
    assertError(
        calls.send("GET", API + "/query_range?query=up&start=10&end=1&step=1"),
        400,
        "bad_data",
        "end");
    assertError(
        calls.send("GET", API + "/query_range?query=up&start=1e999&end=1&step=1"),
        400,
        "bad_data",
        "start");
  }

  @Test
  void failuresHavePrometheusShape() throws Exception {
    assertError(
        calls.send("GET", API + "/query?query=rate(x)"), 400, "bad_data", "QUERY_UNSUPPORTED");
    assertError(calls.send("GET", API + "/query"), 400, "bad_data", "query");
    assertError(calls.send("GET", API + "/nothing"), 404, "not_found", "VMON-8002");
    HttpResponse<String> broken = calls.send("GET", API + "/query?query=break");
    assertError(broken, 500, "internal", "VMON-9001");
    assertThat(broken.body()).doesNotContain("secret", "Exception", "at io.");
  }

  @Test
  void aQueryByGetIsAnsweredAsTheRouterAnswersAForm() throws Exception {
    for (String query :
        List.of(
            "query=1%2B1&time=1795608000",
            "query=up%7Ba%3D%22%C3%A4%22%7D&time=10",
            "query=up&time=x",
            "query=up&query=down&time=10",
            "query=&time=10",
            "query=rate(x)",
            "query=break",
            "time=10")) {
      HttpResponse<String> direct = calls.send("GET", API + "/query?" + query);
      HttpResponse<String> routed = calls.form(API + "/query", query);
      assertThat(direct.body()).as(query).isEqualTo(routed.body());
      assertThat(direct.statusCode()).as(query).isEqualTo(routed.statusCode());
      for (String header :
          List.of(
              "content-type",
              "x-content-type-options",
              "cache-control",
              "content-security-policy")) {
        assertThat(direct.headers().allValues(header))
            .as(header)
            .isEqualTo(routed.headers().allValues(header));
      }
    }
  }

  @Test
  void otherMethodsAndUnreadableQueriesAreLeftToTheRouter() throws Exception {
    assertThat(calls.send("HEAD", API + "/query?query=1").statusCode()).isEqualTo(200);
    assertThat(calls.send("DELETE", API + "/query?query=1").statusCode()).isEqualTo(405);
    assertThat(
            calls.raw(
                "GET "
                    + API
                    + "/query?query=%zz HTTP/1.1\r\nHost: localhost\r\n"
                    + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  private static void assertError(
      HttpResponse<String> response, int status, String type, String hint) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = Calls.json(response);
    assertThat(error.path("status").asText()).isEqualTo("error");
    assertThat(error.path("errorType").asText()).isEqualTo(type);
    assertThat(error.path("error").asText()).contains(hint);
  }
}
