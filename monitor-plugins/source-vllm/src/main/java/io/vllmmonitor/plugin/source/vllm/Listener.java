package io.vllmmonitor.plugin.source.vllm;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A port that a process listens on. Immutable.
 *
 * @param host where a client of this machine reaches it, as it stands in a URL
 */
record Listener(String host, int port) {
  private static final int LISTENING = 0x0a;

  /**
   * Reads one line of the kernel's table of TCP sockets; null when it is no listening socket.
   *
   * @param cells local address, state and so on, as split at white space
   */
  static @Nullable Listener of(String[] cells) {
    String[] local = cells[1].split(":");
    if (local.length != 2 || Integer.parseInt(cells[3], 16) != LISTENING) {
      return null;
    }
    return new Listener(host(address(local[0])), Integer.parseInt(local[1], 16));
  }

  URI url(String scheme) {
    return URI.create(scheme + "://" + host + ":" + port);
  }

  /** The kernel prints each group of four bytes as one little-endian number. */
  private static InetAddress address(String hex) {
    byte[] bytes = new byte[hex.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      int source = (i / 4) * 4 + 3 - i % 4;
      bytes[i] = (byte) Integer.parseInt(hex.substring(source * 2, source * 2 + 2), 16);
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
    }
  }

  private static String host(InetAddress address) {
    if (address.isAnyLocalAddress()) {
      return "127.0.0.1";
    }
    String text = address.getHostAddress();
    return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
  }
}
