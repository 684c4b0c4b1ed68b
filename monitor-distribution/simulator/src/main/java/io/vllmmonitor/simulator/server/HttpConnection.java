package io.vllmmonitor.simulator.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: HTTP/1.1 with keep-alive. Used by its own thread only, except {@link
 * #abort}.
 */
final class HttpConnection {
  private static final int IDLE_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 30_000;
  private static final int MAX_LINE = 16 * 1024;
  private static final int MAX_HEADERS = 200;
  private static final int MAX_BODY = 16 * 1024 * 1024;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final InstantSource clock;
  private boolean closing;

  HttpConnection(Socket socket, InstantSource clock) throws IOException {
    this.socket = socket;
    this.clock = clock;
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream(), 8_192);
    this.out = socket.getOutputStream();
  }

  /** The client's address is this machine. */
  boolean fromLoopback() {
    return socket.getInetAddress().isLoopbackAddress();
  }

  /** The next request; null when the client closed or stayed idle for five seconds. */
  @Nullable HttpRequest next() throws IOException, BadRequestException {
    if (closing) {
      return null;
    }
    socket.setSoTimeout(IDLE_MILLIS);
    String start;
    try {
      start = line();
    } catch (EOFException | SocketTimeoutException e) {
      return null;
    }
    socket.setSoTimeout(REQUEST_MILLIS);
    String[] parts = start.split(" ");
    if (parts.length != 3 || !parts[2].startsWith("HTTP/1.")) {
      throw new BadRequestException("a request line of method, target and HTTP/1.x, not: " + start);
    }
    Map<String, String> headers = headers();
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
    }
    byte[] body = body(headers);
    int mark = parts[1].indexOf('?');
    String path = mark < 0 ? parts[1] : parts[1].substring(0, mark);
    String query = mark < 0 ? "" : parts[1].substring(mark + 1);
    try {
      path = URLDecoder.decode(path.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("a path with valid percent escapes, not: " + path);
    }
    HttpRequest request =
        new HttpRequest(
            parts[0],
            path,
            query,
            Map.copyOf(headers),
            new String(body, UTF_8),
            headers.containsKey("content-length") ? body.length : 0);
    closing = !request.keepAlive() || parts[2].equals("HTTP/1.0");
    return request;
  }

  void send(HttpResponse response) throws IOException {
    byte[] body = response.body().getBytes(UTF_8);
    StringBuilder head = head(response.status());
    head.append("content-length: ").append(body.length).append("\r\n");
    if (response.contentType() != null) {
      head.append("content-type: ").append(response.contentType()).append("\r\n");
    }
    finish(head);
    ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + body.length);
    whole.writeBytes(head.toString().getBytes(ISO_8859_1));
    whole.writeBytes(body);
    // One write: a head and a small body in two packets would wait for the client's delayed
    // acknowledgement.
    out.write(whole.toByteArray());
    out.flush();
  }

  /** Begins an answer in chunks; {@link #chunk} and {@link #endChunks} follow. */
  void beginChunks(String contentType) throws IOException {
    StringBuilder head = head(200);
    head.append("content-type: ").append(contentType).append("\r\n");
    head.append("transfer-encoding: chunked\r\n");
    finish(head);
    out.write(head.toString().getBytes(ISO_8859_1));
  }

  void chunk(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 16);
    chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
    chunk.writeBytes(bytes);
    chunk.writeBytes("\r\n".getBytes(ISO_8859_1));
    out.write(chunk.toByteArray());
    out.flush();
  }

  void endChunks() throws IOException {
    out.write("0\r\n\r\n".getBytes(ISO_8859_1));
    out.flush();
  }

  /**
   * Whether the client has closed its side. Waits a millisecond at most; a byte of a next request
   * is kept.
   */
  boolean clientGone() {
    try {
      socket.setSoTimeout(1);
      in.mark(1);
      if (in.read() < 0) {
        return true;
      }
      in.reset();
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  void close() throws IOException {
    socket.close();
  }

  /** Resets the connection, as the death of a process does. From any thread. */
  void abort() throws IOException {
    try {
      socket.setSoLinger(true, 0);
    } finally {
      socket.close();
    }
  }

  private StringBuilder head(int status) {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(status).append(' ').append(reason(status)).append("\r\n");
    head.append("date: ").append(DATE.format(clock.instant())).append("\r\n");
    head.append("server: uvicorn\r\n");
    return head;
  }

  private void finish(StringBuilder head) {
    head.append("vary: Origin\r\n");
    if (closing) {
      head.append("connection: close\r\n");
    }
    head.append("\r\n");
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Status " + status;
    };
  }

  private Map<String, String> headers() throws IOException, BadRequestException {
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < MAX_HEADERS; i++) {
      String line = line();
      if (line.isEmpty()) {
        return headers;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new BadRequestException("a header of name and value, not: " + line);
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    throw new BadRequestException("at most " + MAX_HEADERS + " headers");
  }

  private byte[] body(Map<String, String> headers) throws IOException, BadRequestException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return chunkedBody();
    }
    String declared = headers.get("content-length");
    if (declared == null) {
      return new byte[0];
    }
    return exactly(length(declared, 10));
  }

  private byte[] chunkedBody() throws IOException, BadRequestException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      int semicolon = size.indexOf(';');
      int length = length(semicolon < 0 ? size : size.substring(0, semicolon), 16);
      if (length == 0) {
        headers(); // trailers carry nothing that is needed here
        return whole.toByteArray();
      }
      if (whole.size() + length > MAX_BODY) {
        throw new BadRequestException("a body of at most " + MAX_BODY + " bytes");
      }
      whole.writeBytes(exactly(length));
      line();
    }
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private static int length(String text, int radix) throws BadRequestException {
    try {
      int length = Integer.parseInt(text.strip(), radix);
      if (length >= 0 && length <= MAX_BODY) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new BadRequestException("a length, not: " + text, e);
    }
    throw new BadRequestException("a length from 0 to " + MAX_BODY + ", not: " + text);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    while (line.size() < MAX_LINE) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended within a line");
      }
      if (b == '\n') {
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(b);
    }
    throw new IOException("a line longer than " + MAX_LINE + " bytes");
  }

  /** What the client sent is not HTTP; the message says what was expected. */
  static final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequestException(String expected) {
      super("expected " + expected);
    }

    BadRequestException(String expected, Throwable cause) {
      super("expected " + expected, cause);
    }
  }
}
