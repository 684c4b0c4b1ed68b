package io.vllmmonitor.persistence.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.Sample;
import io.vllmmonitor.api.sample.SeriesData;
import io.vllmmonitor.api.sample.SeriesKey;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromJsonTest {
  private static final SeriesKey UP =
      new SeriesKey("up", Labels.of("job", "v\"l\nlm", "Zone", "ä"));

  @Test
  void aVectorLooksAsPrometheusWritesIt() {
    QueryResult vector =
        new QueryResult.VectorResult(
            List.of(
                new Sample(UP, Instant.ofEpochMilli(1_435_781_451_781L), 1),
                new Sample(SeriesKey.of("nan"), Instant.ofEpochMilli(5_000), Double.NaN)));
    assertThat(text(out -> PromJson.write(vector, out)))
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                + "{\"metric\":{\"Zone\":\"ä\",\"__name__\":\"up\",\"job\":\"v\\\"l\\nlm\"},"
                + "\"value\":[1435781451.781,\"1\"]},"
                + "{\"metric\":{\"__name__\":\"nan\"},\"value\":[5,\"NaN\"]}]}}");
  }

  @Test
  void aMatrixLooksAsPrometheusWritesIt() {
    QueryResult matrix =
        new QueryResult.MatrixResult(
            List.of(
                new SeriesData(
                    SeriesKey.of(""),
                    new long[] {1_000, 1_100, 2_005},
                    new double[] {1e21, Double.NEGATIVE_INFINITY, -0.0})));
    assertThat(text(out -> PromJson.write(matrix, out)))
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
                + "{\"metric\":{},\"values\":[[1,\"1e+21\"],[1.100,\"-Inf\"],"
                + "[2.005,\"-0\"]]}]}}");
    assertThat(text(out -> PromJson.write(new QueryResult.MatrixResult(List.of()), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}");
  }

  @Test
  void scalarsAndTextsArePoints() {
    assertThat(text(out -> PromJson.write(new QueryResult.ScalarResult(1_500, 0.1), out)))
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1.5,\"0.1\"]}}");
    assertThat(text(out -> PromJson.write(new QueryResult.StringResult(1_000, "a\"b"), out)))
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1,\"a\\\"b\"]}}");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0.001",
    "-1, -0.001",
    "-1500, -1.500",
    "1000, 1",
    "-2000, -2",
    "1010, 1.010"
  })
  void timesHaveThreeDecimalsOrNone(long millis, String seconds) {
    assertThat(Texts.seconds(millis)).isEqualTo(seconds);
  }

  @Test
  void listsAndMetadata() {
    assertThat(text(out -> PromJson.writeSeries(List.of(SeriesKey.of("up")), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":[{\"__name__\":\"up\"}]}");
    assertThat(text(out -> PromJson.writeTexts(List.of("a", "b"), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":[\"a\",\"b\"]}");
    assertThat(
            text(
                out ->
                    PromJson.writeMetadata(
                        Map.of("up", List.of(new PromQuery.Metadata("gauge", "Up.", ""))), out)))
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"up\":[{\"type\":\"gauge\",\"help\":\"Up.\",\"unit\":\"\"}]}}");
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("version", "2.42.0");
    fields.put("revision", "");
    assertThat(text(out -> PromJson.writeFields(fields, out)))
        .isEqualTo("{\"status\":\"success\",\"data\":{\"version\":\"2.42.0\",\"revision\":\"\"}}");
  }

  @Test
  void errorsCarryPrometheusTypeAndOurCode() {
    MonitorException error =
        new MonitorException(ErrorCode.QUERY_MALFORMED, Blame.OPERATOR, "found 'x'");
    assertThat(text(out -> PromJson.writeError(error, out)))
        .isEqualTo(
            "{\"status\":\"error\",\"errorType\":\"bad_data\","
                + "\"error\":\"VMON-3202 QUERY_MALFORMED: found 'x'\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "QUERY_MALFORMED, bad_data, 400",
    "QUERY_UNSUPPORTED, bad_data, 400",
    "HTTP_BAD_REQUEST, bad_data, 400",
    "HTTP_BODY_TOO_LARGE, bad_data, 413",
    "HTTP_METHOD_NOT_ALLOWED, bad_data, 405",
    "QUERY_TOO_LARGE, execution, 422",
    "QUERY_TIMEOUT, timeout, 503",
    "HTTP_OVERLOADED, unavailable, 503",
    "STORE_CLOSED, unavailable, 503",
    "HTTP_NOT_FOUND, not_found, 404",
    "STORE_IO, internal, 500",
    "INTERNAL, internal, 500",
  })
  void everyCodeHasATypeAndAStatus(ErrorCode code, String type, int status) {
    assertThat(PromJson.errorType(code)).isEqualTo(type);
    assertThat(PromJson.status(code)).isEqualTo(status);
  }

  @Test
  void anAnswerBeyondTheLimitIsAnErrorInsteadOfHalfAnAnswer() {
    List<String> texts = List.of("x".repeat(100_000));
    assertThatThrownBy(() -> PromJson.bytes(out -> PromJson.writeTexts(texts, out), 50_000))
        .isInstanceOfSatisfying(
            MonitorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_TOO_LARGE));
    assertThat(PromJson.bytes(out -> PromJson.writeTexts(texts, out), 200_000)).hasSize(100_032);
  }

  @Test
  void everyTextIsEscapedAsJacksonDoes() throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    StringBuilder all = new StringBuilder();
    for (int character = 0; character < 0x900; character++) {
      all.append((char) character);
    }
    all.append("\u20ac\ud83d\ude00\uffff");
    String written = text(out -> PromJson.writeTexts(List.of(all.toString(), ""), out));
    assertThat(written)
        .isEqualTo(
            "{\"status\":\"success\",\"data\":"
                + json.writeValueAsString(List.of(all.toString(), ""))
                + "}");
    assertThat(text(out -> PromJson.writeTexts(List.of("a\ud83d", "\ude00b"), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":[\"a\ufffd\",\"\ufffdb\"]}");
  }

  @Test
  void emptyListsAndObjectsAreWhole() {
    assertThat(text(out -> PromJson.writeTexts(List.of(), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":[]}");
    assertThat(text(out -> PromJson.writeSeries(List.of(), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":[]}");
    assertThat(text(out -> PromJson.writeFields(Map.of(), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":{}}");
    assertThat(text(out -> PromJson.writeMetadata(Map.of(), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":{}}");
    assertThat(text(out -> PromJson.write(new QueryResult.VectorResult(List.of()), out)))
        .isEqualTo("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
  }

  private static String text(PromJson.Answer answer) {
    return new String(PromJson.bytes(answer, 1 << 20), UTF_8);
  }
}
