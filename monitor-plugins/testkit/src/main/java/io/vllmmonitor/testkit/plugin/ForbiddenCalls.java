package io.vllmmonitor.testkit.plugin;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The calls that an extension must not contain, found in its class files: what is not called is not
 * there, so no test has to hit it. Each rule is the beginning of a call or of a type.
 */
enum ForbiddenCalls {
  /** Time and chance come from the context only; nothing waits, nothing ends the process. */
  OWN_CLOCK_OR_CHANCE(
      "take the time from the view, the event or context.clock(), and chance from context.random()",
      List.of(
          "java/time/Instant.now(",
          "java/time/LocalDate.now(",
          "java/time/LocalTime.now(",
          "java/time/LocalDateTime.now(",
          "java/time/ZonedDateTime.now(",
          "java/time/OffsetDateTime.now(",
          "java/time/Clock.system",
          "java/time/InstantSource.system",
          "java/lang/System.currentTimeMillis(",
          "java/lang/System.nanoTime(",
          "java/util/Date.<init>()",
          "java/util/Calendar.getInstance(",
          "java/lang/Math.random(",
          "java/lang/StrictMath.random(",
          "java/util/Random.<init>()",
          "java/util/SplittableRandom.<init>()",
          "java/util/concurrent/ThreadLocalRandom.current(",
          "java/util/UUID.randomUUID(",
          "java/security/SecureRandom.<init>(",
          "java/lang/Thread.sleep(",
          "java/lang/System.exit(",
          "java/lang/Runtime.exit(",
          "java/lang/Runtime.halt(",
          "java/lang/Runtime.addShutdownHook(")),

  /** A judgement must be replayable: no files, no network, no processes, no threads. */
  INPUT_OR_OUTPUT(
      "it judges what it is given; a source collects and an actuator acts",
      List.of(
          "java/io/File",
          "java/io/RandomAccessFile",
          "java/nio/file/Files.",
          "java/nio/channels/",
          "java/net/Socket",
          "java/net/ServerSocket",
          "java/net/DatagramSocket",
          "java/net/URLConnection",
          "java/net/URL.open",
          "java/net/http/",
          "java/lang/ProcessBuilder",
          "java/lang/Runtime.exec(",
          "java/lang/System.getenv(",
          "java/lang/Thread.<init>(",
          "java/lang/Thread.start(",
          "java/util/concurrent/Executors.",
          "java/util/concurrent/CompletableFuture.supplyAsync(",
          "java/util/concurrent/CompletableFuture.runAsync(")),

  /** A discovery names candidates; the source's probe asks them. */
  CONNECTIONS(
      "a discovery opens no connection; MetricsSource.probe asks the server",
      List.of(
          "java/net/Socket",
          "java/net/DatagramSocket",
          "java/net/URLConnection",
          "java/net/URL.open",
          "java/net/http/",
          "java/nio/channels/SocketChannel",
          "java/nio/channels/AsynchronousSocketChannel"));

  private final String instead;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> beginnings;

  ForbiddenCalls(String instead, List<String> beginnings) {
    this.instead = instead;
    this.beginnings = List.copyOf(beginnings);
  }

  /** What to do instead. */
  String instead() {
    return instead;
  }

  /** The forbidden calls by the class that contains them; empty when there are none. */
  Map<String, String> foundIn(Map<String, ConstantPool> classes) {
    Map<String, String> found = new TreeMap<>();
    classes.forEach(
        (name, pool) -> {
          for (String call : pool.calls()) {
            if (beginnings.stream().anyMatch(call::startsWith)) {
              found.put(name.replace('/', '.'), call.replace('/', '.'));
            }
          }
        });
    return found;
  }
}
