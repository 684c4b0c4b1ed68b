package io.vllmmonitor.testkit.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vllmmonitor.api.source.TargetDiscovery;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every discovery must keep to. The author brings a discovery in a world with a server and in
 * one without.
 */
public abstract class TargetDiscoveryContract extends ExtensionContract<TargetDiscovery> {
  private static final double STEPS = 300_000_000;
  private static final int MOST = 1_000;

  /** A new discovery in a world in which there is a server, configured alike each time. */
  protected abstract TargetDiscovery discovery();

  /** The base URL of that server. */
  protected abstract URI server();

  /** A new discovery in a world without any sign of a server. */
  protected abstract TargetDiscovery discoveryOfNothing();

  @Override
  TargetDiscovery create() {
    return discovery();
  }

  @Override
  String answer(TargetDiscovery discovery, int number) {
    return text(discovery.candidates(), "candidates()", List::toString);
  }

  @Override
  void strange(TargetDiscovery discovery, RandomInput random) {
    check(random.chance(0.5) ? discovery.candidates() : discoveryOfNothing().candidates());
  }

  @Override
  double budget() {
    return STEPS;
  }

  @Override
  List<ForbiddenCalls> forbidden() {
    return List.of(ForbiddenCalls.OWN_CLOCK_OR_CHANCE, ForbiddenCalls.CONNECTIONS);
  }

  @Test
  void aServerThatIsThereIsNamed() {
    List<URI> candidates = discovery().candidates();
    assertThat(candidates).as("the candidates where there is a server").contains(server());
    check(candidates);
  }

  @Test
  void whereThereIsNoServerNothingFails() {
    List<URI> candidates = discoveryOfNothing().candidates();
    check(candidates);
    assertThat(candidates).as("the candidates without a server").doesNotContain(server());
  }

  private static void check(@Nullable List<URI> candidates) {
    assertThat(candidates)
        .as("candidates() answers at most %d different base URLs", MOST)
        .isNotNull()
        .doesNotHaveDuplicates()
        .hasSizeLessThanOrEqualTo(MOST)
        .allSatisfy(
            uri -> {
              assertThat(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
                  .as("the scheme of %s", uri)
                  .isIn("http", "https");
              assertThat(uri.getHost()).as("the host of %s", uri).isNotBlank();
              assertThat(uri.getQuery()).as("a base URL has no query: %s", uri).isNull();
            });
  }
}
