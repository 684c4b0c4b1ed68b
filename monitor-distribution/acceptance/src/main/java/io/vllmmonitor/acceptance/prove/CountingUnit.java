package io.vllmmonitor.acceptance.prove;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a counting plugin says of itself through the daemon. Immutable.
 *
 * @param hash of the code that the daemon says it runs
 * @param version of the code that answers
 * @param calls so far, over all lives
 * @param restored the count that it got back; −1 when it began anew
 * @param torn whether what it got back did not fit together
 */
record CountingUnit(String hash, int version, long calls, long restored, boolean torn) {
  private static final Pattern SAYS =
      Pattern.compile("version (\\d+) calls (\\d+) restored (-?\\d+) torn (true|false)");

  /** Empty while it does not run or was not called yet. */
  static Optional<CountingUnit> of(UnitsView view, String unit) {
    if (!view.isLive(unit)) {
      return Optional.empty();
    }
    String hash = view.plugin(unit).map(item -> item.path("code_hash").asText()).orElse("");
    Optional<JsonNode> guardrail = view.guardrail(unit);
    if (guardrail.isEmpty() || !guardrail.get().path("code_hash").asText().equals(hash)) {
      return Optional.empty();
    }
    Matcher says = SAYS.matcher(guardrail.get().path("targets").path(0).path("reason").asText());
    return says.find()
        ? Optional.of(
            new CountingUnit(
                hash,
                Integer.parseInt(says.group(1)),
                Long.parseLong(says.group(2)),
                Long.parseLong(says.group(3)),
                Boolean.parseBoolean(says.group(4))))
        : Optional.empty();
  }
}
