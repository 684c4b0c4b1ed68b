package io.vllmmonitor.testkit.contract;

import io.vllmmonitor.api.lifecycle.LifecycleListener;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.notify.Exporter;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import io.vllmmonitor.api.sample.SampleBatch;
import io.vllmmonitor.api.source.TargetDiscovery;
import io.vllmmonitor.testkit.plugin.ExporterContract;
import io.vllmmonitor.testkit.plugin.LifecycleListenerContract;
import io.vllmmonitor.testkit.plugin.NotifierContract;
import io.vllmmonitor.testkit.plugin.TargetDiscoveryContract;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Contracts of listeners, notifiers, exporters and discoveries: good and broken ones. */
final class TellingKinds {
  private TellingKinds() {}

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
