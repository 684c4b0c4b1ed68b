package io.vllmmonitor.plugin.source.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.source.Answer;
import io.vllmmonitor.testkit.plugin.Recording;
import io.vllmmonitor.testkit.plugin.Recording.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The evidence of work in a hang, on what real servers showed. */
class WorkSignsTest {
  /** One scrape as the lifecycle would see it. */
  private record Seen(Instant at, Answer work, boolean still, double queued) {}

  @Test
  void aHangThatLooksIdleIsSeenByItsConnections() {
    List<Seen> seen = seen(Session.HANG_AND_CRASH);
    List<Seen> hang = between(seen, 1795513175.751, 1795513200.755);
    assertThat(hang).hasSizeGreaterThan(20);
    assertThat(hang).as("gauges at 0").allMatch(one -> one.queued() == 0);
    List<Seen> evidence = hang.stream().filter(one -> one.work() == Answer.YES).toList();
    assertThat(evidence).isNotEmpty();
    Duration delay = Duration.between(hang.get(0).at(), evidence.get(0).at());
    assertThat(delay).isLessThan(Duration.ofSeconds(12));
  }

  @Test
  void anEngineCoreThatStoppedIsSeenToo() {
    List<Seen> hang = between(seen(Session.SILENCES_AND_DEATHS), 1795513463.066, 1795513483.0);
    assertThat(hang).filteredOn(one -> one.work() == Answer.YES).isNotEmpty();
  }

  @Test
  void anOrdinaryHalfHourNeverLooksHung() {
    int longest = 0;
    int run = 0;
    for (Seen one : seen(Session.ORDINARY_HALF_HOUR)) {
      run = one.still() && one.work() == Answer.YES ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    assertThat(longest).as("seconds of work pending without progress").isLessThan(6);
  }

  private static List<Seen> between(List<Seen> all, double from, double to) {
    return all.stream()
        .filter(one -> one.at().toEpochMilli() > from * 1000 && one.at().toEpochMilli() < to * 1000)
        .toList();
  }

  private static List<Seen> seen(Session session) {
    WorkSigns signs = new WorkSigns(3, Duration.ofSeconds(7));
    Incarnation incarnation = new Incarnation();
    List<Seen> seen = new ArrayList<>();
    long before = 0;
    for (Recording.Scrape scrape : Recording.of(session).scrapes()) {
      if (scrape.answered()) {
        PageReading page = new PageReading();
        scrape.samples().forEach(page::take);
        String life = incarnation.of(page, scrape.at());
        Answer work = signs.pending(page, life, null, scrape.at());
        seen.add(new Seen(scrape.at(), work, page.fingerprint() == before, page.queued()));
        before = page.fingerprint();
      }
    }
    return seen;
  }
}
