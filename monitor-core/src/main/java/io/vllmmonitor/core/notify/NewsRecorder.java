package io.vllmmonitor.core.notify;

import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.code.CodeGeneration;
import io.vllmmonitor.api.code.CodeTransition;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.guardrail.GuardrailFiring;
import io.vllmmonitor.api.history.AuditEntry;
import io.vllmmonitor.api.history.Problem;
import io.vllmmonitor.api.history.Recorder;
import io.vllmmonitor.api.history.RestoreReport;
import io.vllmmonitor.api.incident.Incident;
import io.vllmmonitor.api.learning.LearningEvent;
import io.vllmmonitor.api.lifecycle.StateCheckpoint;
import io.vllmmonitor.api.mitigation.MitigationAttempt;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.outcome.HappyPath;
import io.vllmmonitor.api.prediction.FailurePrediction;
import io.vllmmonitor.api.rehearsal.Rehearsal;
import io.vllmmonitor.api.rehearsal.StateVersion;
import io.vllmmonitor.api.rehearsal.VerdictRecord;
import java.util.function.Consumer;

/**
 * Writes through to the store and makes news of what it took: firings, incidents, attempts and
 * predictions. Nothing is told that is not durable. Thread-safe.
 */
public final class NewsRecorder implements Recorder {
  private final Recorder store;
  private final Consumer<Notification> news;
  private final NewsDesk desk = new NewsDesk();

  /**
   * @param news takes each notification on the thread that wrote; must not wait
   */
  public NewsRecorder(Recorder store, Consumer<Notification> news) {
    this.store = requireNonNull(store, "store");
    this.news = requireNonNull(news, "news");
  }

  @Override
  public void write(Consumer<Entries> entries) {
    Written written = new Written();
    store.write(
        out -> {
          // A store that tries again starts over.
          written.clear();
          entries.accept(new Listening(out, written));
        });
    desk.newsOf(written).forEach(news);
  }

  private record Listening(Entries out, Written written) implements Entries {
    @Override
    public void checkpoint(StateCheckpoint checkpoint) {
      out.checkpoint(checkpoint);
    }

    @Override
    public void firing(GuardrailFiring firing) {
      out.firing(firing);
      written.firings.add(firing);
    }

    @Override
    public void incident(Incident incident) {
      out.incident(incident);
      written.incidents.add(incident);
    }

    @Override
    public void attempt(MitigationAttempt attempt) {
      out.attempt(attempt);
      written.attempts.add(attempt);
    }

    @Override
    public void prediction(FailurePrediction prediction) {
      out.prediction(prediction);
      written.predictions.add(prediction);
    }

    @Override
    public void happyPath(HappyPath path) {
      out.happyPath(path);
    }

    @Override
    public void learning(LearningEvent event) {
      out.learning(event);
    }

    @Override
    public void generation(CodeGeneration generation) {
      out.generation(generation);
    }

    @Override
    public void transition(CodeTransition transition) {
      out.transition(transition);
    }

    @Override
    public void state(StateSnapshot snapshot) {
      out.state(snapshot);
    }

    @Override
    public void problem(Problem problem) {
      out.problem(problem);
    }

    @Override
    public void restoreReport(RestoreReport report) {
      out.restoreReport(report);
    }

    @Override
    public void audit(AuditEntry entry) {
      out.audit(entry);
    }

    @Override
    public void rehearsal(Rehearsal rehearsal) {
      out.rehearsal(rehearsal);
    }

    @Override
    public void verdict(VerdictRecord verdict) {
      out.verdict(verdict);
    }

    @Override
    public void stateVersion(StateVersion version) {
      out.stateVersion(version);
    }
  }
}
