package io.vllmmonitor.simulator.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.simulator.engine.EngineHistogram;
import io.vllmmonitor.simulator.engine.EngineProfile;
import io.vllmmonitor.simulator.engine.EngineSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the metrics page of one simulated server. Immutable and safe for any thread. */
public final class MetricsPage {
  /** The Content-Type that a real server sends with it. */
  public static final String CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8";

  private static final String HISTOGRAM = "@histogram ";

  /**
   * Series are born one after another; each `_created` value is this much later than the one
   * before.
   */
  private static final double CREATED_STEP_SECONDS = 9.06e-6;

  private static final Map<String, EngineHistogram> HISTOGRAMS =
      Arrays.stream(EngineHistogram.values())
          .collect(Collectors.toMap(EngineHistogram::family, h -> h));

  private final String modelName;
  private final double createdAt;
  private final List<Line> lines;

  /**
   * A page of a server that starts now.
   *
   * @param version the vLLM version whose page it is; 0.32.0 is the only one
   * @param modelName value of the label {@code model_name}
   * @param profile source of the cache configuration's labels
   * @param createdAt seconds since the Unix epoch at which the engine's series were born
   * @throws IllegalArgumentException if there is no template of that version
   */
  public MetricsPage(String version, String modelName, EngineProfile profile, double createdAt) {
    this.modelName = escape(requireNonNull(modelName, "modelName"));
    this.createdAt = createdAt;
    List<Line> parsed = new ArrayList<>();
    for (String raw : template(version).split("\n")) {
      parsed.add(parse(fill(raw, profile), parsed.size()));
    }
    this.lines = List.copyOf(parsed);
  }

  /** The page. */
  public String render(EngineSnapshot engine, ProcessView process, HttpStatistics http) {
    PageText out = new PageText();
    Moment moment = new Moment(engine, process);
    for (Line line : lines) {
      line.write(out, moment);
    }
    http.appendTo(out);
    return out.toString();
  }

  private Line parse(String raw, int index) {
    if (raw.startsWith("#")) {
      return (out, moment) -> out.line(raw);
    }
    if (raw.startsWith(HISTOGRAM)) {
      String name = raw.substring(HISTOGRAM.length());
      EngineHistogram which = requireNonNull(HISTOGRAMS.get(name), name);
      String model = "model_name=\"" + modelName + "\"";
      return (out, moment) ->
          out.histogram(name, "engine=\"0\"", model, moment.engine().histogram(which));
    }
    SampleValue value = SampleValue.of(raw, createdAt + index * CREATED_STEP_SECONDS);
    return (out, moment) -> out.sample(raw, value.at(moment.engine(), moment.process()));
  }

  private String fill(String raw, EngineProfile profile) {
    if (raw.indexOf('@') < 0) {
      return raw;
    }
    long tokens = (long) profile.blocks() * profile.blockSize();
    return raw.replace("@model@", modelName)
        .replace("@block_size@", Integer.toString(profile.blockSize()))
        .replace("@max_concurrency@", PythonFloat.format((double) tokens / profile.maxModelLen()))
        .replace("@kv_bytes@", Long.toString(tokens * profile.kibPerToken() * 1_024))
        .replace("@kv_tokens@", Long.toString(tokens))
        .replace("@num_blocks@", Integer.toString(profile.blocks()));
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
  }

  private static String template(String version) {
    String resource = "metrics-" + requireNonNull(version, "version") + ".template";
    try (InputStream in = MetricsPage.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "no page of vLLM version '" + version + "'; known is 0.32.0");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the page template " + resource + " cannot be read", e);
    }
  }

  @FunctionalInterface
  private interface Line {
    void write(PageText out, Moment moment);
  }

  private record Moment(EngineSnapshot engine, ProcessView process) {}
}
