package io.vllmmonitor.daemon.web;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.history.AuditAction;
import io.vllmmonitor.core.audit.AuditLog;
import io.vllmmonitor.core.audit.Deed;
import io.vllmmonitor.persistence.exchange.Exchange;
import io.vllmmonitor.persistence.exchange.ExchangeProgress;
import io.vllmmonitor.persistence.exchange.ExportOptions;
import io.vllmmonitor.persistence.exchange.ImportMode;
import io.vllmmonitor.persistence.exchange.ImportOptions;
import io.vllmmonitor.persistence.verify.VerifyWatch;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports, imports, backups, retention and verification that run beside the daemon, one at a time,
 * each on a thread of its own; the last ten are remembered. Closed before the stores. Thread-safe.
 */
public final class ExchangeJobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ExchangeJobs.class);
  private static final int REMEMBERED = 10;
  private static final long LAST_WAIT_SECONDS = 8;
  private static final String STORE = "store";

  private final Exchange exchange;
  private final StoreCommands commands;
  private final AuditLog audit;
  private final Map<String, Job> jobs = new LinkedHashMap<>(); // guarded by this
  private int number; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param audit is told of each job when it has ended or was refused
   */
  public ExchangeJobs(Exchange exchange, StoreCommands commands, AuditLog audit) {
    this.exchange = requireNonNull(exchange, "exchange");
    this.commands = requireNonNull(commands, "commands");
    this.audit = requireNonNull(audit, "audit");
  }

  /** Starts a backup and answers what {@link #page} does. */
  JsonNode backup(String actor) {
    Deed deed = new Deed(actor, AuditAction.BACKUP, STORE);
    return start("backup", deed, progress -> StoreJson.backup(commands.backUp()));
  }

  /** Starts to forget what is old and answers what {@link #page} does. */
  JsonNode retention(boolean dryRun, String actor) {
    Deed deed = new Deed(actor, AuditAction.RETENTION, STORE).dryRun(dryRun);
    return start(
        "retention", deed, progress -> StoreJson.retention(commands.forget(dryRun), dryRun));
  }

  /**
   * Starts to read all of the store and answers what {@link #page} does.
   *
   * @param backup the folder of a backup to read instead; null means the data directory
   */
  JsonNode verify(@Nullable Path backup, String actor) {
    String subject = backup == null ? STORE : backup.toString();
    return start(
        "verify",
        new Deed(actor, AuditAction.VERIFY, subject),
        progress -> {
          VerifyWatch watch =
              new VerifyWatch() {
                @Override
                public void step(String what) {
                  progress.step(what);
                }

                @Override
                public void checked(long more) {
                  progress.handled(more);
                }
              };
          return StoreJson.verification(commands.verify(backup, watch));
        });
  }

  /** Starts an export and answers what {@link #page} does. */
  JsonNode export(ExportOptions options, String actor) {
    Deed deed = ExchangeRequest.deed(actor, options);
    return start("export", deed, progress -> WebJson.node(exchange.export(options, progress)));
  }

  /**
   * Starts an import and answers what {@link #page} does.
   *
   * @throws MonitorException IMPORT_REFUSED for a replacement: the running engine knows what is
   *     there and would write it again
   */
  JsonNode importFrom(ImportOptions options, String actor) {
    Deed deed = ExchangeRequest.deed(actor, options);
    if (options.mode() == ImportMode.REPLACE && !options.dryRun()) {
      throw refused(
          deed,
          new MonitorException(
              ErrorCode.IMPORT_REFUSED,
              Blame.OPERATOR,
              "A running daemon's content cannot be replaced under it; nothing was imported. Stop"
                  + " it with 'vllm-monitor stop' and run the same command again"));
    }
    return start("import", deed, progress -> WebJson.node(exchange.importFrom(options, progress)));
  }

  /** Starts work of any kind and answers what {@link #page} does. */
  JsonNode run(String kind, Deed deed, Supplier<JsonNode> work) {
    return start(kind, deed, progress -> work.get());
  }

  private interface Work {
    JsonNode run(ExchangeProgress progress);
  }

  private MonitorException refused(Deed deed, MonitorException why) {
    audit.failed(deed, why);
    return why;
  }

  private JsonNode start(String kind, Deed deed, Work work) {
    try {
      return started(kind, deed, work);
    } catch (MonitorException e) {
      throw refused(deed, e);
    }
  }

  private synchronized JsonNode started(String kind, Deed deed, Work work) {
    if (closed) {
      throw new MonitorException(
          ErrorCode.SHUTTING_DOWN, Blame.MONITOR, "The daemon stops; start it again first");
    }
    for (Job job : jobs.values()) {
      if (job.isRunning()) {
        throw new MonitorException(
            ErrorCode.HTTP_OVERLOADED,
            Blame.OPERATOR,
            "Job " + job.id + " (" + job.kind + ") runs already; wait until it has ended");
      }
    }
    number++;
    Job job = new Job(Integer.toString(number), kind, progress -> audited(deed, work, progress));
    jobs.put(job.id, job);
    if (jobs.size() > REMEMBERED) {
      jobs.remove(jobs.keySet().iterator().next());
    }
    job.thread.start();
    return job.page();
  }

  private JsonNode audited(Deed deed, Work work, ExchangeProgress progress) {
    return audit.around(deed, () -> work.run(progress), JobFacts::of);
  }

  /**
   * How a job stands.
   *
   * @throws MonitorException HTTP_NOT_FOUND
   */
  JsonNode page(String id) {
    Job job;
    synchronized (this) {
      job = jobs.get(id);
    }
    if (job == null) {
      throw new MonitorException(
          ErrorCode.HTTP_NOT_FOUND,
          Blame.OPERATOR,
          "There is no job '" + Text.shorten(id, 40) + "'; the last ten since the start are known");
    }
    return job.page();
  }

  /** Cancels what runs and waits until it has ended. */
  @Override
  public void close() {
    Job[] all;
    synchronized (this) {
      closed = true;
      all = jobs.values().toArray(Job[]::new);
    }
    for (Job job : all) {
      job.progress.cancel();
      join(job.thread);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(LAST_WAIT_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.warn("Interrupted while waiting for {} to end", thread.getName(), e);
    }
  }

  /** One run; its outcome is set once, by its thread. */
  private static final class Job {
    private final String id;
    private final String kind;
    private final ExchangeProgress progress = new ExchangeProgress();
    private final Thread thread;
    private volatile @Nullable ObjectNode outcome;

    Job(String id, String kind, Work work) {
      this.id = id;
      this.kind = kind;
      this.thread = new Thread(() -> run(() -> work.run(progress)), "exchange-" + id);
      thread.setDaemon(true);
    }

    private void run(Supplier<JsonNode> work) {
      ObjectNode ended = WebJson.object();
      try {
        JsonNode result = work.get();
        ended.put("status", "done");
        ended.set("result", result);
      } catch (MonitorException e) {
        failed(ended, e.code(), e.getMessage());
      } catch (RuntimeException e) {
        log.error("Job {} ({}) failed", id, kind, e);
        failed(ended, ErrorCode.INTERNAL, "The job failed; the log of the daemon has the details");
      } catch (OutOfMemoryError e) {
        log.error("Job {} ({}) ran out of memory", id, kind, e);
        failed(ended, ErrorCode.INTERNAL, "Not enough memory; set VLLM_MONITOR_JAVA_OPTS=-Xmx1g");
      } finally {
        outcome = ended;
      }
    }

    private static void failed(ObjectNode ended, ErrorCode code, String message) {
      ended.put("status", "failed");
      ended.put("code", code.label());
      ended.put("name", code.name());
      ended.put("detail", message);
    }

    boolean isRunning() {
      return outcome == null;
    }

    JsonNode page() {
      ObjectNode page = WebJson.object();
      ObjectNode ended = outcome;
      page.put("id", id);
      page.put("kind", kind);
      if (ended == null) {
        page.put("status", "running");
        page.put("step", progress.step());
      } else {
        page.setAll(ended);
      }
      page.put("rows", progress.rows());
      return page;
    }
  }
}
