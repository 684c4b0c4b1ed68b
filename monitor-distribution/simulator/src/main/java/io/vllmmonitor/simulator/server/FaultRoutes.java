package io.vllmmonitor.simulator.server;

import static io.vllmmonitor.simulator.server.HttpResponse.object;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Faults by HTTP, from this machine only. Not a part of vLLM, so it is counted and listed nowhere.
 */
final class FaultRoutes {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String PATH = "/simulator/faults";
  private static final Set<String> KNOWN =
      Set.of(
          "fault",
          "clear",
          "extra_rate",
          "ramp_seconds",
          "requests",
          "prompt_tokens",
          "output_tokens",
          "restart_after_seconds");

  private final Faults faults;

  FaultRoutes(Faults faults) {
    this.faults = faults;
  }

  void register(Router router) {
    router.add("GET", PATH, (r, c) -> c.fromLoopback() ? list() : forbidden());
    router.add("POST", PATH, (r, c) -> c.fromLoopback() ? change(r.body()) : forbidden());
    for (Fault fault : Fault.values()) {
      router.add(
          "DELETE",
          PATH + "/" + fault.wireName(),
          (r, c) -> c.fromLoopback() ? clear(fault) : forbidden());
    }
  }

  private HttpResponse change(String body) {
    try {
      JsonNode json = MAPPER.readTree(body);
      Set<String> unknown = new TreeSet<>();
      json.fieldNames().forEachRemaining(unknown::add);
      unknown.removeAll(KNOWN);
      if (!json.isObject() || !unknown.isEmpty()) {
        return refused(
            400,
            "expected an object with members of " + new TreeSet<>(KNOWN) + ", found " + unknown);
      }
      if (json.path("clear").asBoolean(false)) {
        faults.clearAll();
        return list();
      }
      faults.activate(Fault.named(json.path("fault").asText()), options(json));
      return list();
    } catch (JsonProcessingException e) {
      return refused(400, "expected JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      return refused(400, String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      return refused(409, String.valueOf(e.getMessage()));
    }
  }

  private static FaultOptions options(JsonNode json) {
    return new FaultOptions(
        json.path("extra_rate").asDouble(0),
        json.path("ramp_seconds").asDouble(0),
        json.path("requests").asInt(0),
        json.path("prompt_tokens").asInt(0),
        json.path("output_tokens").asInt(0),
        json.path("restart_after_seconds").asDouble(0));
  }

  private HttpResponse clear(Fault fault) {
    faults.clear(fault);
    return list();
  }

  private HttpResponse list() {
    List<String> active = faults.active().stream().map(Fault::wireName).toList();
    List<String> known = List.of(Fault.values()).stream().map(Fault::wireName).toList();
    return HttpResponse.json(200, object("active", active, "known", known));
  }

  private static HttpResponse forbidden() {
    return refused(403, "faults are switched from this machine only");
  }

  private static HttpResponse refused(int status, String message) {
    return HttpResponse.json(status, object("error", message));
  }
}
