package io.vllmmonitor.daemon.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vllmmonitor.api.history.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of every list: {@code items} and the cursor of the {@code next} page; and {@code
 * passed_over} where damaged entries were left out.
 */
final class Listing {
  private Listing() {}

  static ObjectNode of(Page<?> page) {
    ObjectNode list = of(page.items(), page.next());
    return page.passedOver() == 0 ? list : list.put("passed_over", page.passedOver());
  }

  static ObjectNode of(List<?> items) {
    return of(items, null);
  }

  static ObjectNode of(List<?> items, @Nullable String next) {
    ObjectNode list = WebJson.object();
    ArrayNode array = list.putArray("items");
    for (Object item : items) {
      array.add(item instanceof JsonNode node ? node : WebJson.tree(item));
    }
    return list.put("next", next);
  }
}
