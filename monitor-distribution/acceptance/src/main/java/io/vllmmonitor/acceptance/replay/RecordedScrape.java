package io.vllmmonitor.acceptance.replay;

import static java.util.Objects.requireNonNull;

/**
 * One scrape of a recording: the page as sent, or the way in which it failed.
 *
 * @param page byte for byte; empty when the scrape failed
 * @param healthStatus what {@code /health} answered; 0 when it did not
 */
public record RecordedScrape(Kind kind, String page, int healthStatus) {
  /** How the server behaved. */
  public enum Kind {
    PAGE,
    /** Nobody listened on the port, or the connection was cut. */
    REFUSED,
    /** The connection was taken and nothing came. */
    TIMED_OUT
  }

  public RecordedScrape {
    requireNonNull(kind, "kind");
    requireNonNull(page, "page");
  }

  /** A page that was sent by a healthy server. */
  public static RecordedScrape page(String page) {
    return new RecordedScrape(Kind.PAGE, page, 200);
  }
}
