package io.vllmmonitor.daemon.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Pushes pages of a thousand series, one scrape a request over one kept connection, and prints how
 * many samples the server took per second of its own CPU time: {@code java … IngestLoad URL TOKEN
 * PID [SCRAPES]}. Linux only; not a test, since its figures depend on the machine.
 */
final class IngestLoad {
  private static final int SERIES = 1_000;
  private static final double TICKS = 100; // of /proc, a second

  private final Random random = new Random(1);
  private final double[] values = new double[SERIES];
  private final String[] heads = new String[SERIES];

  private IngestLoad() {
    for (int i = 0; i < SERIES; i++) {
      heads[i] =
          "vllm:family_%d_%s{engine=\"0\",instance=\"gpu1:8000\",job=\"vllm\",le=\"%d.5\"} "
              .formatted(i / 50, i % 5 < 3 ? "bucket" : "gauge", i % 50);
    }
  }

  public static void main(String[] arguments) throws IOException {
    URI url = URI.create(arguments[0]);
    Path stat = Path.of("/proc", arguments[2], "stat");
    int scrapes = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 20_000;
    IngestLoad load = new IngestLoad();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setTcpNoDelay(true);
      String head =
          "POST /api/v1/import/prometheus HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
              + arguments[1]
              + "\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: ";
      long start = System.currentTimeMillis() - 1_000L * scrapes;
      for (int round = 0; round < 4; round++) {
        int part = scrapes / 4;
        double before = cpuSeconds(stat);
        for (int i = 0; i < part; i++) {
          load.push(socket, head, start + 1_000L * (round * part + i));
        }
        double used = cpuSeconds(stat) - before;
        System.out.printf(
            Locale.ROOT,
            "%d samples, %.2f CPU s of the server, %.2f M samples a CPU second%n",
            part * SERIES,
            used,
            part * SERIES / used / 1e6);
      }
    }
  }

  private void push(Socket socket, String head, long at) throws IOException {
    byte[] page = page(at);
    OutputStream out = socket.getOutputStream();
    ByteArrayOutputStream request = new ByteArrayOutputStream(page.length + 300);
    request.writeBytes((head + page.length + "\r\n\r\n").getBytes(ISO_8859_1));
    request.writeBytes(page);
    request.writeTo(out);
    out.flush();
    byte[] answer = new byte[4_096];
    InputStream in = socket.getInputStream();
    int size = 0;
    String text = "";
    while (!text.contains("\r\n\r\n")) {
      int more = in.read(answer, size, answer.length - size);
      if (more < 0) {
        throw new IOException("the server closed the connection");
      }
      size += more;
      text = new String(answer, 0, size, ISO_8859_1);
    }
    if (!text.startsWith("HTTP/1.1 204")) {
      throw new IOException(text);
    }
  }

  /** 60 % counters and buckets, 25 % gauges, 10 % whole numbers, 5 % sums. */
  private byte[] page(long at) {
    StringBuilder page = new StringBuilder(100 * SERIES);
    for (int i = 0; i < SERIES; i++) {
      page.append(heads[i]);
      int kind = i % 20;
      if (kind < 12) {
        values[i] += random.nextInt(4);
        page.append((long) values[i]);
      } else if (kind < 17) {
        page.append(random.nextInt(1_000) / 1_000.0);
      } else if (kind < 19) {
        page.append(random.nextInt(64));
      } else {
        values[i] += random.nextDouble();
        page.append(values[i]);
      }
      page.append(' ').append(at).append('\n');
    }
    return page.toString().getBytes(ISO_8859_1);
  }

  private static double cpuSeconds(Path stat) throws IOException {
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }
}
