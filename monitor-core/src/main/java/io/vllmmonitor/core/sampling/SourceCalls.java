package io.vllmmonitor.core.sampling;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.sample.MetricCatalog;
import io.vllmmonitor.api.source.CollectScope;
import io.vllmmonitor.api.source.MetricsSource;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.core.extension.Bound;
import io.vllmmonitor.core.extension.ExtensionSet;
import io.vllmmonitor.core.telemetry.CaughtFailure;
import io.vllmmonitor.core.telemetry.Problems;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls the sources of one target, one after the other, into one sink. A source that says that the
 * target did not answer takes {@code up} away; one that is broken itself loses its samples only, as
 * long as another one works. Confined to one collecting thread at a time.
 */
final class SourceCalls {
  private final Target target;
  private final ExtensionSet extensions;
  private final MetricCatalog catalog;
  private final Problems problems;
  private List<MetricsSource> known = List.of(); // whose families the catalog has

  SourceCalls(Target target, ExtensionSet extensions, MetricCatalog catalog, Problems problems) {
    this.target = target;
    this.extensions = extensions;
    this.catalog = catalog;
    this.problems = problems;
  }

  /** Why the target is not up; null when it is. */
  @Nullable MonitorException collect(PageSink sink, CollectScope scope) {
    List<Bound<MetricsSource>> sources = extensions.sources();
    MonitorException down = null;
    MonitorException broken = null;
    boolean any = false;
    for (Bound<MetricsSource> bound : sources) {
      int mark = sink.size();
      try {
        call(bound.extension(), sink, scope);
        any = true;
      } catch (MonitorException e) {
        sink.backTo(mark);
        if (e.blame() == Blame.PLUGIN) {
          broken = noted(bound, e);
        } else if (down == null) {
          down = e;
        }
      } catch (Throwable e) { // whatever a plugin throws, errors of linking and memory included
        sink.backTo(mark);
        broken = noted(bound, broken(bound, e));
      }
    }
    remember(sources);
    if (down != null || any) {
      return down;
    }
    return broken != null ? broken : noSource();
  }

  private void call(MetricsSource source, PageSink sink, CollectScope scope) {
    if (known.stream().noneMatch(one -> one == source)) {
      catalog.add(source.metrics());
    }
    source.collect(target, sink, scope);
    MonitorException breach = sink.failure();
    if (breach != null) {
      throw breach; // the source caught it
    }
  }

  private void remember(List<Bound<MetricsSource>> sources) {
    if (known.size() != sources.size() || !sameInstances(sources)) {
      List<MetricsSource> instances = new ArrayList<>();
      sources.forEach(bound -> instances.add(bound.extension()));
      known = instances;
    }
  }

  private boolean sameInstances(List<Bound<MetricsSource>> sources) {
    for (int i = 0; i < sources.size(); i++) {
      if (known.get(i) != sources.get(i).extension()) {
        return false;
      }
    }
    return true;
  }

  private MonitorException noted(Bound<MetricsSource> bound, MonitorException failure) {
    problems.note(bound.unit() + " on " + target.id(), failure);
    return failure;
  }

  private static MonitorException broken(Bound<MetricsSource> bound, Throwable thrown) {
    CaughtFailure caught = CaughtFailure.of(thrown, ErrorCode.PLUGIN_CALL_FAILED);
    return new MonitorException(
        caught.code(),
        caught.blame(),
        "The source of " + bound.unit() + " failed to collect: " + caught.message());
  }

  private MonitorException noSource() {
    return new MonitorException(
        ErrorCode.PLUGIN_NOT_FOUND,
        Blame.OPERATOR,
        "No loaded plugin has a source for target "
            + target.id()
            + "; enable one, such as source-vllm");
  }
}
