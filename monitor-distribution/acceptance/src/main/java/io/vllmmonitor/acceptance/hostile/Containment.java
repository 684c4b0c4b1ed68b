package io.vllmmonitor.acceptance.hostile;

/** What has to come of an input while the daemon and everything beside it go on. */
public enum Containment {
  /** Nothing of it runs, and a problem names its file. */
  REFUSED("is not run; a problem names it"),

  /** It may be live, but its calls fail or are ended, and a problem names it. */
  FAULTED("its calls end; a problem names it"),

  /** It runs until its file is taken away, and is gone then. */
  ENDED("runs, and is gone once its file is"),

  /** It runs in the end, with exactly the bytes of its file and without a problem. */
  RUNS("runs, whole"),

  /** It goes for what runs already, which stays as it was. */
  UNMOVED("what runs stays as it was");

  private final String words;

  Containment(String words) {
    this.words = words;
  }

  /** For the table of the documentation. */
  String words() {
    return words;
  }
}
