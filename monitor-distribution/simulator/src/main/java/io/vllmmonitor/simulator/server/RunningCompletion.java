package io.vllmmonitor.simulator.server;

import io.vllmmonitor.simulator.engine.FinishReason;
import io.vllmmonitor.simulator.engine.RequestListener;
import io.vllmmonitor.simulator.engine.RequestResult;
import io.vllmmonitor.simulator.engine.RequestSpec;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A completion between the engine, which reports progress, and the connection's thread, which waits
 * for it.
 */
final class RunningCompletion implements AutoCloseable {
  private static final long CHECK_MILLIS = 200;

  /** While tokens flow, the client is looked at with every so many news. */
  private static final int NEWS_PER_CHECK = 10;

  private final Life life;
  private final String id;
  private final RequestSpec spec;
  private final BlockingQueue<Progress> progress;
  private final long engineId;
  private int newsSinceCheck;

  /**
   * News of a request.
   *
   * @param tokens generated since the last news
   * @param reason null while it goes on
   * @param lost the engine died or the client went away
   */
  record Progress(int tokens, @Nullable FinishReason reason, boolean lost) {
    boolean over() {
      return lost || reason != null;
    }

    @Nullable String finishReason() {
      return reason == null ? null : reason.name().toLowerCase(Locale.ROOT);
    }
  }

  private RunningCompletion(
      Life life, String id, RequestSpec spec, BlockingQueue<Progress> progress, long engineId) {
    this.life = life;
    this.id = id;
    this.spec = spec;
    this.progress = progress;
    this.engineId = engineId;
  }

  /**
   * Queues a request.
   *
   * @param streamed true: news of every token; false: one piece of news at the end
   */
  static RunningCompletion submit(Life life, String id, RequestSpec spec, boolean streamed) {
    BlockingQueue<Progress> progress = new LinkedBlockingQueue<>();
    RequestListener listener =
        new RequestListener() {
          @Override
          public void generated(int count, double at) {
            if (streamed) {
              progress.add(new Progress(count, null, false));
            }
          }

          @Override
          public void finished(RequestResult result) {
            progress.add(
                new Progress(streamed ? 0 : result.generatedTokens(), result.reason(), false));
          }
        };
    return new RunningCompletion(life, id, spec, progress, life.submit(id, spec, listener));
  }

  String id() {
    return id;
  }

  RequestSpec spec() {
    return spec;
  }

  /** Waits for news; while there are none, watches the engine and the client. */
  Progress next(HttpConnection connection) throws InterruptedException {
    while (true) {
      Progress news = progress.poll(CHECK_MILLIS, TimeUnit.MILLISECONDS);
      if (news != null && ++newsSinceCheck < NEWS_PER_CHECK) {
        return news;
      }
      newsSinceCheck = 0;
      if (news != null) {
        return news.over() || !connection.clientGone() ? news : new Progress(0, null, true);
      }
      if (life.dead() || connection.clientGone()) {
        return new Progress(0, null, true);
      }
      life.tick();
    }
  }

  /** Takes the request out of the engine if it is still in it. */
  @Override
  public void close() {
    life.forget(id, engineId);
  }
}
