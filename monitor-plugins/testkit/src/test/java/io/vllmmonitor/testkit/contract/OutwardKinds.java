package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.ActionResult;
import io.vllmmonitor.api.mitigation.ActionStep;
import io.vllmmonitor.api.mitigation.Actuator;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.sample.Labels;
import io.vllmmonitor.api.sample.MetricKind;
import io.vllmmonitor.api.sample.MetricSpec;
import io.vllmmonitor.api.sample.MetricType;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.sample.SeriesKey;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.source.SampleSink;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetCapabilities;
import io.vllmmonitor.testkit.plugin.ActuatorContract;
import io.vllmmonitor.testkit.plugin.ExporterContract;
import io.vllmmonitor.testkit.plugin.FakePluginContext;
import io.vllmmonitor.testkit.plugin.FakeTargetHttp;
import io.vllmmonitor.testkit.plugin.LifecycleListenerContract;
import io.vllmmonitor.testkit.plugin.MetricsSourceContract;
import io.vllmmonitor.testkit.plugin.NotifierContract;
import io.vllmmonitor.testkit.plugin.TargetDiscoveryContract;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Contracts of the kinds that touch the world outside: good ones and broken ones. */
final class OutwardKinds {
  private OutwardKinds() {}

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

  abstract static class OfListeners extends LifecycleListenerContract {
    @Override
    protected String seen(LifecycleListener listener) {
      return "" + ((OtherKinds.Hearing) listener).heard;
    }
  }

  static final class GoodListener extends OfListeners {
    @Override
    protected LifecycleListener listener() {
      return new OtherKinds.Hearing();
    }
  }

  static final class DeafListener extends OfListeners {
    @Override
    protected LifecycleListener listener() {
      return new OtherKinds.Hearing() {
        @Override
        public void onTransition(StateCheckpoint checkpoint) {
          // nothing
        }
      };
    }
  }

  static final class NeedsAnError extends OfListeners {
    @Override
    protected LifecycleListener listener() {
      return new OtherKinds.Hearing() {
        @Override
        public void onTransition(StateCheckpoint checkpoint) {
          heard += checkpoint.reason().charAt(0);
        }
      };
    }
  }

  abstract static class OfNotifiers extends NotifierContract {
    final List<String> out = new ArrayList<>();

    @Override
    protected Notifier notifierToNowhere() {
      return new OtherKinds.Telling(out) {
        @Override
        public void send(Notification notification) {
          throw new IllegalStateException("nobody is there");
        }
      };
    }

    @Override
    protected List<String> delivered() {
      return out;
    }
  }

  static final class GoodNotifier extends OfNotifiers {
    @Override
    protected Notifier notifier() {
      return new OtherKinds.Telling(out);
    }
  }

  static final class Silent extends OfNotifiers {
    @Override
    protected Notifier notifier() {
      return new OtherKinds.Telling(new ArrayList<>());
    }
  }

  static final class Swallows extends OfNotifiers {
    @Override
    protected Notifier notifier() {
      return new OtherKinds.Telling(out);
    }

    @Override
    protected Notifier notifierToNowhere() {
      return new OtherKinds.Telling(new ArrayList<>());
    }
  }

  static final class ChokesOnEmptyText extends OfNotifiers {
    @Override
    protected Notifier notifier() {
      return new OtherKinds.Telling(out) {
        @Override
        public void send(Notification notification) {
          if (!notification.message().isEmpty()) {
            super.send(notification);
          }
        }
      };
    }
  }

  abstract static class OfExporters extends ExporterContract {
    final List<String> out = new ArrayList<>();

    @Override
    protected Exporter exporterToNowhere() {
      return new OtherKinds.HandingOn(out) {
        @Override
        public void export(SampleBatch batch) {
          throw new IllegalStateException("nobody is there");
        }
      };
    }

    @Override
    protected List<String> delivered() {
      return out;
    }
  }

  static final class GoodExporter extends OfExporters {
    @Override
    protected Exporter exporter() {
      return new OtherKinds.HandingOn(out);
    }
  }

  static final class ExportsTheFirst extends OfExporters {
    @Override
    protected Exporter exporter() {
      return new OtherKinds.HandingOn(out) {
        @Override
        public void export(SampleBatch batch) {
          out.add(batch.series(0).toString());
        }
      };
    }
  }

  static final class SwallowsSamples extends OfExporters {
    @Override
    protected Exporter exporter() {
      return new OtherKinds.HandingOn(out);
    }

    @Override
    protected Exporter exporterToNowhere() {
      return exporter();
    }
  }

  static class GoodDiscovery extends TargetDiscoveryContract {
    @Override
    protected TargetDiscovery discovery() {
      return new OtherKinds.Finding(List.of(server()));
    }

    @Override
    protected URI server() {
      return URI.create("http://127.0.0.1:9001");
    }

    @Override
    protected TargetDiscovery discoveryOfNothing() {
      return new OtherKinds.Finding(List.of());
    }
  }

  static final class FindsNothing extends GoodDiscovery {
    @Override
    protected TargetDiscovery discovery() {
      return discoveryOfNothing();
    }
  }

  static final class FindsFiles extends GoodDiscovery {
    @Override
    protected TargetDiscovery discoveryOfNothing() {
      return new OtherKinds.Finding(List.of(URI.create("file:///etc/hosts")));
    }
  }

  static final class Knocks extends GoodDiscovery {
    @Override
    protected TargetDiscovery discovery() {
      return new OtherKinds.Finding(List.of(server())) {
        @Override
        public List<URI> candidates() {
          try (java.net.Socket socket = new java.net.Socket()) {
            return socket.isConnected() ? List.of() : super.candidates();
          } catch (java.io.IOException e) {
            return List.of();
          }
        }
      };
    }
  }
}
