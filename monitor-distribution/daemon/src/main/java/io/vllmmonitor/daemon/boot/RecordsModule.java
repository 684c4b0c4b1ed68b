package io.vllmmonitor.daemon.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.identity.TimeOrderedIds;
import io.vllmmonitor.core.outcome.HappyPaths;
import io.vllmmonitor.core.telemetry.Problems;
import io.vllmmonitor.persistence.engine.DataDirectory;
import java.time.InstantSource;

/** Binds what people's commands write into the history, and the note of what they did. */
final class RecordsModule extends AbstractModule {
  @Override
  protected void configure() {
    bind(StartAudit.class);
  }

  @Provides
  @Singleton
  AuditLog audit(InstantSource clock, TimeOrderedIds ids, Recorder recorder, Problems problems) {
    return new AuditLog(clock, ids, recorder, problems);
  }

  @Provides
  @Singleton
  HappyPaths happyPaths(
      History history, Recorder recorder, InstantSource clock, TimeOrderedIds ids) {
    return new HappyPaths(history, recorder, clock, ids);
  }

  @Provides
  @Singleton
  StopFile stopFile(DataDirectory directory, AuditLog audit) {
    return new StopFile(directory.stop(), audit);
  }
}
