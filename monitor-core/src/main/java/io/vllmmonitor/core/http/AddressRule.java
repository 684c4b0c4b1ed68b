package io.vllmmonitor.core.http;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Keeps the monitor away from link-local addresses and the metadata services of clouds, which hand
 * out credentials to whoever asks. A name is judged by everything it resolves to; the JVM caches
 * the answer, so that the connection that follows goes where the check looked.
 */
final class AddressRule {
  private static final byte[] METADATA_6 =
      HexFormat.of().parseHex("fd000ec2000000000000000000000254");
  private static final byte[] TRANSLATED_4 = HexFormat.of().parseHex("0064ff9b0000000000000000");

  private static final Pattern LITERAL_4 =
      Pattern.compile("(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

  private AddressRule() {}

  /** Whether a host is an address already, so that no name server is asked about it. */
  static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || LITERAL_4.matcher(host).matches();
  }

  /** Whether a host means this machine by definition (RFC 6761), whatever a name server says. */
  static boolean isLocalName(String host) {
    return host.equalsIgnoreCase("localhost");
  }

  /** Resolves a host, with brackets or without, and refuses it when any address is denied. */
  static void check(String host) throws UnknownHostException {
    for (InetAddress address : InetAddress.getAllByName(host)) {
      if (isDenied(address)) {
        throw new MonitorException(
            ErrorCode.TARGET_ADDRESS_DENIED,
            Blame.OPERATOR,
            host
                + " is "
                + address.getHostAddress()
                + ", a link-local or cloud metadata address; these are never called. Give the"
                + " target another address");
      }
    }
  }

  static boolean isDenied(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet6Address) {
      return address.isLinkLocalAddress()
          || Arrays.equals(bytes, METADATA_6)
          // IPv4 behind a translator (64:ff9b::/96)
          || (Arrays.equals(bytes, 0, 12, TRANSLATED_4, 0, 12)
              && isLinkLocal4(bytes[12], bytes[13]));
    }
    return isLinkLocal4(bytes[0], bytes[1]);
  }

  private static boolean isLinkLocal4(byte first, byte second) {
    return (first & 0xff) == 169 && (second & 0xff) == 254;
  }
}
