package io.vllmmonitor.acceptance.prove;

import java.net.URI;

/** The server that a journey watches. */
interface WatchedServer extends AutoCloseable {
  String instance();

  /** As a target is written. */
  String url();

  /** Whether it can be asked to fail; a real one is not. */
  boolean canFail();

  /** Fills its KV cache until it thrashes. */
  void exhaustKv() throws Exception;

  /** Ends whatever it was asked to suffer from. */
  void clearFaults() throws Exception;

  @Override
  void close();

  /** A live server that somebody else started; it is only watched. */
  static WatchedServer live(String url) {
    URI uri = URI.create(url);
    String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
    String instance = uri.getHost() + ":" + (uri.getPort() < 0 ? 8000 : uri.getPort()) + path;
    return new WatchedServer() {
      @Override
      public String url() {
        return url;
      }

      @Override
      public String instance() {
        return instance;
      }

      @Override
      public boolean canFail() {
        return false;
      }

      @Override
      public void exhaustKv() {
        throw new ProofFailure("A live server is not asked to fail");
      }

      @Override
      public void clearFaults() {
        throw new ProofFailure("A live server has no faults of ours");
      }

      @Override
      public void close() {}
    };
  }
}
