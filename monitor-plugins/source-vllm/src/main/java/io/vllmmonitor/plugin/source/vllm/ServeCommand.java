package io.vllmmonitor.plugin.source.vllm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line of an API server tells: the port and whether it speaks TLS. Immutable.
 *
 * @param scheme {@code http} or {@code https}
 */
record ServeCommand(int port, String scheme) {
  private static final int DEFAULT_PORT = 8000;

  /** Null when these are not the arguments of an API server of vLLM. */
  static @Nullable ServeCommand of(List<String> arguments) {
    if (!isApiServer(arguments)) {
      return null;
    }
    int port = DEFAULT_PORT;
    String scheme = "http";
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("--port") && i + 1 < arguments.size()) {
        port = port(arguments.get(i + 1));
      } else if (argument.startsWith("--port=")) {
        port = port(argument.substring(7));
      } else if (argument.startsWith("--ssl-certfile")) {
        scheme = "https";
      }
    }
    return new ServeCommand(port, scheme);
  }

  private static boolean isApiServer(List<String> arguments) {
    if (arguments.isEmpty()) {
      return false;
    }
    if (arguments.get(0).startsWith("VLLM::APIServer")) {
      return true;
    }
    if (arguments.contains("vllm.entrypoints.openai.api_server")) {
      return true;
    }
    int serve = arguments.indexOf("serve");
    // Python in front makes it the third word: python3 /usr/bin/vllm serve.
    return serve >= 1 && serve <= 4 && isVllm(arguments.get(serve - 1));
  }

  private static boolean isVllm(String word) {
    return word.equals("vllm")
        || word.endsWith("/vllm")
        || word.equals("vllm.entrypoints.cli.main");
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port > 0 && port < 65_536 ? port : DEFAULT_PORT;
    } catch (NumberFormatException e) {
      return DEFAULT_PORT; // The server would not have started with it either.
    }
  }
}
