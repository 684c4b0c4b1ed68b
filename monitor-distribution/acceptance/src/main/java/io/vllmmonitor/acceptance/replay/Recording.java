package io.vllmmonitor.acceptance.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * Reads a recording: an xz file in which every scrape begins with a line {@code #@ {"status": 200,
 * "error": null, "health": 200, …}}, followed by the page as sent.
 */
public final class Recording {
  private static final String HEAD = "#@ ";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Recording() {}

  /** All scrapes, in order. */
  public static List<RecordedScrape> read(InputStream xz) throws IOException {
    List<RecordedScrape> scrapes = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(new XZInputStream(xz), StandardCharsets.UTF_8))) {
      JsonNode head = null;
      StringBuilder page = new StringBuilder();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(HEAD)) {
          add(scrapes, head, page);
          head = JSON.readTree(line.substring(HEAD.length()));
          page.setLength(0);
        } else {
          page.append(line).append('\n');
        }
      }
      add(scrapes, head, page);
    }
    return scrapes;
  }

  private static void add(
      List<RecordedScrape> scrapes, @Nullable JsonNode head, StringBuilder page) {
    if (head == null) {
      return;
    }
    boolean answered = head.path("status").asInt(0) == 200;
    scrapes.add(
        new RecordedScrape(
            answered ? RecordedScrape.Kind.PAGE : failure(head.path("error").asText("")),
            answered ? page.toString() : "",
            head.path("health").isInt() ? head.path("health").asInt() : 0));
  }

  private static RecordedScrape.Kind failure(String error) {
    return error.toLowerCase(java.util.Locale.ROOT).contains("timeout")
        ? RecordedScrape.Kind.TIMED_OUT
        : RecordedScrape.Kind.REFUSED;
  }
}
