package io.vllmmonitor.persistence.ingest;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import org.jspecify.annotations.Nullable;

/**
 * The labels {@code job} and {@code instance} of pushed series that bring none of their own; every
 * series of the store has both. Immutable.
 */
public record PushDefaults(String job, String instance) {
  private static final String JOB = "vllm";
  private static final String INSTANCE = "pushed";
  private static final int LONGEST = 4 * 1024;

  /** For senders that say nothing: job {@code vllm}, instance {@code pushed}. */
  public static final PushDefaults STANDARD = new PushDefaults(JOB, INSTANCE);

  public PushDefaults {
    check("job", job);
    check("instance", instance);
  }

  /**
   * What a request asks for.
   *
   * @param job null for the standard one
   * @param instance null for the standard one
   * @throws MonitorException INGEST_LIMIT for a blank or too long one
   */
  public static PushDefaults of(@Nullable String job, @Nullable String instance) {
    return job == null && instance == null
        ? STANDARD
        : new PushDefaults(job == null ? JOB : job, instance == null ? INSTANCE : instance);
  }

  private static void check(String name, String value) {
    if (value.isBlank() || value.length() > LONGEST) {
      throw new MonitorException(
          ErrorCode.INGEST_LIMIT,
          Blame.OPERATOR,
          "The parameter '"
              + name
              + "' has "
              + value.strip().length()
              + " characters, expected 1 to "
              + LONGEST
              + "; leave it out or name the server that was measured, such as gpu1:8000");
    }
  }
}
