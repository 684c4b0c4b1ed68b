package io.vllmmonitor.daemon.web;

/** The real HTTP server and parser with a store that forgets; for {@link IngestLoad}. */
final class NullDaemon {
  private NullDaemon() {}

  public static void main(String[] arguments) throws InterruptedException {
    FakeDaemon daemon = new FakeDaemon(WebLimits.standard(), new NullStore());
    System.out.println(daemon.url() + " " + FakeDaemon.TOKEN + " " + ProcessHandle.current().pid());
    Thread.currentThread().join();
  }
}
