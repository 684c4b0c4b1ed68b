package io.vllmmonitor.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.HttpCall;
import io.vllmmonitor.api.target.Target;
import io.vllmmonitor.api.target.TargetId;
import io.vllmmonitor.api.target.TargetMode;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthoritiesTest {
  private static final HttpCall CALL = HttpCall.get("/metrics", Duration.ofSeconds(10));

  @TempDir private Path folder;

  @Test
  void onlyTheGivenAuthorityIsTrusted() throws Exception {
    KeyStore keys = selfSigned();
    Path pem = folder.resolve("ca.pem");
    Files.writeString(
        pem,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("me").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    server.createContext(
        "/metrics",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    try (TargetHttps https = new TargetHttps(Map.of())) {
      assertThat(https.forTarget(target(url, pem)).send(CALL).status()).isEqualTo(200);
      MonitorException e =
          catchThrowableOfType(
              MonitorException.class, () -> https.forTarget(target(url, null)).send(CALL));
      assertThat(e.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE);
      assertThat(e.getMessage()).contains("TLS");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void fileWithoutCertificatesIsRefused() throws Exception {
    Path pem = Files.writeString(folder.resolve("empty.pem"), "nothing here\n");
    try (TargetHttps https = new TargetHttps(Map.of())) {
      URI url = URI.create("https://127.0.0.1:1");
      assertThat(
              catchThrowableOfType(MonitorException.class, () -> https.forTarget(target(url, pem)))
                  .code())
          .isEqualTo(ErrorCode.CONFIG_INVALID_VALUE);
      Path none = folder.resolve("none.pem");
      assertThat(
              catchThrowableOfType(MonitorException.class, () -> https.forTarget(target(url, none)))
                  .code())
          .isEqualTo(ErrorCode.CONFIG_UNREADABLE);
    }
  }

  private KeyStore selfSigned() throws Exception {
    Path file = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "me",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.txt").toFile())
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(Files.readString(folder.resolve("keytool.txt"))).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(file)) {
      keys.load(bytes, "changeit".toCharArray());
    }
    return keys;
  }

  private static SSLContext context(KeyStore keys) throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static Target target(URI url, @Nullable Path authorities) {
    return new Target(
        TargetId.of(url), url, TargetMode.OBSERVE, Duration.ofSeconds(1), null, authorities);
  }
}
