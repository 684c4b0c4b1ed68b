package io.vllmmonitor.plugin.mitigation.vllm;

import io.vllmmonitor.api.config.ConfigSpec;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.incident.IncidentStatus;
import io.vllmmonitor.api.lifecycle.FailureKind;
import io.vllmmonitor.api.mitigation.ActionPlan;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.MitigationStrategy;
import io.vllmmonitor.api.outcome.Measurement;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.api.view.MetricView;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Against preemption thrash: holds new work back until what runs has finished, then lets it in
 * again. While requests throw each other out of the KV cache, each start is computed again and
 * little gets done; a pause lets those inside finish with all of the cache. It is what the families
 * OptimizeScheduler and EnableBackpressure can really do on a running vLLM, whose limits cannot be
 * changed without a restart.
 */
final class PauseAndDrain implements MitigationStrategy {
  private static final String DRAIN = "drain_deadline";
  private static final String WINDOW = "verification_window";
  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(60);
  private static final Duration DEFAULT_WINDOW = Duration.ofSeconds(30);
  private static final Duration RESUME_DEADLINE = Duration.ofSeconds(10);

  private final Duration drain;
  private final Duration window;
  private final ThrashMeasure measure;

  PauseAndDrain(Settings config) {
    drain = within(config, DRAIN, DEFAULT_DRAIN, Duration.ofSeconds(1), Duration.ofMinutes(5));
    window = within(config, WINDOW, DEFAULT_WINDOW, Duration.ofSeconds(5), Duration.ofHours(1));
    measure = ThrashMeasure.read(config, window);
  }

  private static Duration within(
      Settings config, String key, Duration fallback, Duration least, Duration most) {
    Duration value = config.duration(key, fallback);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new MonitorException(
          ErrorCode.CONFIG_INVALID_VALUE,
          Blame.OPERATOR,
          "Configuration key '"
              + key
              + "' is "
              + value.toSeconds()
              + " s; expected "
              + least.toSeconds()
              + " s to "
              + most.toSeconds()
              + " s");
    }
    return value;
  }

  @Override
  public String id() {
    return "relieve_preemption_thrash";
  }

  @Override
  public ConfigSpec configSpec() {
    return ConfigSpec.of(
        new ConfigSpec.Key(DRAIN, "60s", "How long running requests may take to finish."),
        new ConfigSpec.Key(WINDOW, "30s", "How long after the resume the effect is measured."),
        ThrashMeasure.RATE_KEY,
        ThrashMeasure.USAGE_KEY,
        ThrashMeasure.TOLERANCE_KEY);
  }

  @Override
  public double suitability(Incident incident, MetricView view, TargetCapabilities capabilities) {
    if (incident.kind() != FailureKind.CACHE_OVERFLOW || incident.status() != IncidentStatus.OPEN) {
      return 0;
    }
    if (capabilities.routes().isEmpty()) {
      return 0.4; // Not known yet; the dry run decides.
    }
    boolean served =
        capabilities.serves(ControlRoute.PAUSE.route())
            && capabilities.serves(ControlRoute.RESUME.route());
    return served ? 0.8 : 0;
  }

  @Override
  public ActionPlan plan(Incident incident, MetricView view) {
    ActionStep pause =
        new ActionStep(
            ControlRoute.PAUSE.action(), Map.of("mode", "wait", "clear_cache", "false"), drain);
    ActionStep resume = ActionStep.of(ControlRoute.RESUME.action(), RESUME_DEADLINE);
    return new ActionPlan(
        "Hold new work back until what runs has finished, then let it in again",
        List.of(pause, resume),
        List.of(resume),
        "New and waiting requests of all clients of "
            + incident.target()
            + " stand still for up to "
            + drain.toSeconds()
            + " s and are served afterwards; none is lost on the server, clients with shorter"
            + " time-outs give up",
        window);
  }

  @Override
  public Measurement verify(Incident incident, MetricView before, MetricView after) {
    return measure.compare(before, after);
  }
}
