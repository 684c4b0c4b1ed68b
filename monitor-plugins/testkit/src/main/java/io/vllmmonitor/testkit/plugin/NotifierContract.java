package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.guardrail.Severity;
import io.vllmmonitor.api.notify.Notification;
import io.vllmmonitor.api.notify.Notifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every notifier must keep to. The author brings a notifier, a receiver that keeps what
 * arrives, and one that is not there.
 */
public abstract class NotifierContract extends ExtensionContract<Notifier> {
  private static final double STEPS = 100_000_000;

  /** A new notifier whose receiver takes everything, configured alike each time. */
  protected abstract Notifier notifier();

  /** A new notifier whose receiver is not there. */
  protected abstract Notifier notifierToNowhere();

  /** What all receivers of this test got so far, as they got it, oldest first. */
  protected abstract List<String> delivered();

  @Override
  Notifier create() {
    return notifier();
  }

  @Override
  String answer(Notifier notifier, int number) {
    return String.join("\n", sent(notifier, notification(number)));
  }

  private List<String> sent(Notifier notifier, Notification notification) {
    int before = delivered().size();
    notifier.send(notification);
    List<String> all = new ArrayList<>(delivered());
    return all.subList(before, all.size());
  }

  @Override
  void strange(Notifier notifier, RandomInput random) {
    assertThat(sent(notifier, random.notification()))
        .as("one notification arrives once, whatever its text holds")
        .hasSize(1);
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Test
  void everyNotificationArrivesOnceWithWhatItSays() {
    Notifier notifier = notifier();
    for (int i = 0; i < Notification.Topic.values().length * Severity.values().length; i++) {
      Notification notification = notification(i);
      assertThat(sent(notifier, notification))
          .as("%s %s arrives once", notification.severity(), notification.topic())
          .singleElement()
          .asString()
          .as("what arrives tells the subject and the message")
          .contains(notification.subject())
          .contains(notification.message());
    }
  }

  @Test
  void whatCannotBeSentFailsAndIsNotSwallowed() {
    assertThatThrownBy(
            () -> notifierToNowhere().send(notification(0)),
            "send() must throw where the receiver is not there, so that it is tried again")
        .isInstanceOf(RuntimeException.class);
  }

  private static Notification notification(int number) {
    Notification.Topic[] topics = Notification.Topic.values();
    Severity[] severities = Severity.values();
    @Nullable Integer odd = number % 3 == 0 ? null : number;
    return new Notification(
        topics[number % topics.length],
        "id-" + number,
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number),
        severities[number / topics.length % severities.length],
        odd == null ? null : RandomInput.TARGET,
        "subject-" + number,
        "message " + number);
  }
}
