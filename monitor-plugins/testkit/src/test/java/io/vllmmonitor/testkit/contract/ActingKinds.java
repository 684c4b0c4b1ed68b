package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.ActuatorContract;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import io.vllmmonitor.testkit.plugin.MetricsSourceContract;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Contracts of actuators and sources: good ones and broken ones. */
final class ActingKinds {
  private ActingKinds() {}

  abstract static class OfActuators extends ActuatorContract {
    @Override
    protected FakeTargetHttp willing() {
      return new FakeTargetHttp().json("POST /pause", 200, "{}");
    }

    @Override
    protected Collection<ActionStep> steps() {
      return List.of(ActionStep.of("test.pause", Duration.ofSeconds(5)));
    }

    @Override
    protected TargetCapabilities capabilities() {
      return new TargetCapabilities("0.32.0", Set.of("POST /pause"));
    }

    @Override
    protected Target target() {
      return FakePluginContext.forTarget().target().orElseThrow();
    }
  }

  static final class GoodActuator extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http);
    }
  }

  static final class DryRunActs extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http) {
        @Override
        public Optional<String> dryRun(Target target, TargetCapabilities offered, ActionStep step) {
          execute(target, step);
          return super.dryRun(target, offered, step);
        }
      };
    }
  }

  static final class DryRunTakesAll extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http) {
        @Override
        public Optional<String> dryRun(Target target, TargetCapabilities offered, ActionStep step) {
          return Optional.empty();
        }
      };
    }
  }

  static final class SendsTwice extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http) {
        @Override
        public ActionResult execute(Target target, ActionStep step) {
          super.execute(target, step);
          return super.execute(target, step);
        }
      };
    }
  }

  static final class BelievesAll extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http) {
        @Override
        public ActionResult execute(Target target, ActionStep step) {
          super.execute(target, step);
          return result(step, ActionResult.Status.DONE);
        }
      };
    }
  }

  static final class HidesAction extends OfActuators {
    @Override
    protected Actuator actuator(FakeTargetHttp http) {
      return new OtherKinds.Pausing(http) {
        @Override
        public Set<String> actions() {
          return Set.of("test.pause", "test.erase");
        }
      };
    }
  }

  abstract static class OfSources extends MetricsSourceContract {
    @Nullable String page = "up_time 1";

    @Override
    protected Target target() {
      return FakePluginContext.forTarget().target().orElseThrow();
    }

    @Override
    protected void serveMetrics() {
      page = "up_time 1";
    }

    @Override
    protected void serveWebPage() {
      page = "<html>";
    }

    @Override
    protected void servePage(String text) {
      page = text;
    }

    @Override
    protected void serveNothing() {
      page = null;
    }
  }

  static class GoodSource extends OfSources {
    /** Reads the page of the moment, as over HTTP. */
    class Live extends OtherKinds.Reading {
      Live() {
        super(null);
      }

      @Override
      double value() {
        return new OtherKinds.Reading(page).value();
      }
    }

    @Override
    protected MetricsSource source() {
      return new Live();
    }
  }

  static final class NewKeys extends GoodSource {
    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        public void collect(Target target, SampleSink sink, CollectScope scope) {
          sink.sample(new SeriesKey("up_time", Labels.of("engine", "0")), value());
        }
      };
    }
  }

  static final class TakesWebPages extends GoodSource {
    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        double value() {
          return page == null ? super.value() : 1;
        }
      };
    }
  }

  static final class DeclaresTwice extends GoodSource {
    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        public List<MetricSpec> metrics() {
          MetricSpec spec =
              MetricSpec.of("up_time", MetricKind.GAUGE, MetricType.HEALTH, "s", "Twice.");
          return List.of(spec, spec);
        }
      };
    }
  }

  static final class HidesAbsence extends GoodSource {
    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        public void collect(Target target, SampleSink sink, CollectScope scope) {
          if (page != null) {
            super.collect(target, sink, scope);
          }
        }
      };
    }
  }

  static final class DiesForGood extends GoodSource {
    private boolean died;

    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        double value() {
          died |= page == null;
          if (died) {
            throw failure(io.vllmmonitor.api.error.ErrorCode.TARGET_UNREACHABLE);
          }
          return super.value();
        }
      };
    }
  }

  static final class ParsesBadly extends GoodSource {
    @Override
    protected MetricsSource source() {
      return new Live() {
        @Override
        double value() {
          String text = page;
          return text == null || text.startsWith("<") ? super.value() : text.charAt(8);
        }
      };
    }
  }
}
