package io.vllmmonitor.core.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TargetMailboxTest {
  private final List<Throwable> failures = new ArrayList<>();

  @Test
  void tasksRunInOrderAndNeverTwoAtOnce() {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    TargetMailbox mailbox = new TargetMailbox(pool, failures::add);
    List<Integer> ran = new ArrayList<>(); // not thread-safe on purpose
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      assertThat(
              mailbox.post(
                  () -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    ran.add(number);
                    inside.decrementAndGet();
                  }))
          .isTrue();
    }
    AtomicInteger last = new AtomicInteger();
    mailbox.execute(() -> last.set(ran.size()));
    await().untilAtomic(last, org.hamcrest.Matchers.equalTo(1_000));
    assertThat(ran).isSorted();
    assertThat(most).hasValue(1);
    pool.shutdownNow();
  }

  @Test
  void taskThatThrowsDoesNotStopTheNext() {
    TargetMailbox mailbox = new TargetMailbox(Runnable::run, failures::add);
    mailbox.post(
        () -> {
          throw new StackOverflowError("deep");
        });
    AtomicInteger ran = new AtomicInteger();
    mailbox.post(ran::incrementAndGet);
    assertThat(ran).hasValue(1);
    assertThat(failures).hasSize(1);
  }

  @Test
  void fullOrClosedMailboxTakesNothing() {
    Deque<Runnable> held = new ArrayDeque<>();
    TargetMailbox mailbox = new TargetMailbox(held::add, failures::add);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < TargetMailbox.MOST_WAITING; i++) {
      assertThat(mailbox.post(ran::incrementAndGet)).isTrue();
    }
    assertThat(mailbox.post(ran::incrementAndGet)).isFalse();
    assertThatThrownBy(() -> mailbox.execute(ran::incrementAndGet))
        .isInstanceOf(RejectedExecutionException.class);
    mailbox.close();
    held.forEach(Runnable::run);
    assertThat(ran).hasValue(TargetMailbox.MOST_WAITING);
    assertThat(mailbox.post(ran::incrementAndGet)).isFalse();
  }

  @Test
  void poolThatIsShutDownIsToldApart() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    pool.shutdown();
    TargetMailbox mailbox = new TargetMailbox(pool, failures::add);
    assertThat(mailbox.post(() -> {})).isFalse();
    assertThat(mailbox.waiting()).isZero();
  }
}
