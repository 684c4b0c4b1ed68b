package io.vllmmonitor.simulator.engine;

/**
 * The burst behind KV exhaustion: long requests that arrive together, need about half as much KV
 * memory again as there is, and are all admitted because at first they are short. They grow into
 * each other until the youngest are preempted. Under optimistic admission a preempted request is
 * readmitted as soon as its first chunk fits, recomputes its whole context, and is preempted again
 * before it gets anywhere: iterations carry a full prefill chunk each, so everybody else decodes
 * several times more slowly and the knot lasts for minutes. Stopping admission (a pause that waits)
 * unties it: what runs decodes at full speed and leaves, and what was preempted fits afterwards.
 *
 * @param count requests
 * @param spec each of them, on average
 */
public record LongBurst(int count, RequestSpec spec) {
  /** KV memory that the whole burst needs, relative to what there is. */
  private static final double OVERCOMMITMENT = 1.45;

  private static final double PROMPT_PART = 0.35;

  /** The burst that ties the knot on a server of this profile. */
  public static LongBurst of(EngineProfile profile) {
    double tokens = (double) profile.usableBlocks() * profile.blockSize();
    double length = Math.min(0.9 * profile.maxModelLen(), tokens / 8.5);
    int prompt = (int) (PROMPT_PART * length);
    int count = (int) Math.ceil(OVERCOMMITMENT * tokens / length);
    return new LongBurst(
        Math.min(count, profile.maxNumSeqs()), RequestSpec.of(prompt, (int) length - prompt));
  }
}
