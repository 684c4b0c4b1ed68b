package io.vllmmonitor.daemon.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerStartTest {
  @Test
  void otherAddressesThanLoopbackAreRefused() {
    try (FakeDaemon daemon = new FakeDaemon()) {
      for (String host : new String[] {"0.0.0.0", "10.1.2.3", "::"}) {
        assertThatThrownBy(() -> daemon.another().start(new InetSocketAddress(host, 0)))
            .isInstanceOfSatisfying(
                MonitorException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.LISTEN_ADDRESS_REFUSED))
            .hasMessageContaining("--listen");
      }
      assertThatThrownBy(
              () -> daemon.another().start(InetSocketAddress.createUnresolved("localhost", 0)))
          .isInstanceOf(MonitorException.class);
    }
  }

  @Test
  void aTakenPortIsNamed() {
    try (FakeDaemon daemon = new FakeDaemon()) {
      assertThatThrownBy(() -> daemon.another().start(daemon.address()))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.LISTEN_ADDRESS_IN_USE))
          .hasMessageContaining("127.0.0.1:" + daemon.address().getPort());
    }
  }

  @Test
  void theTokenIsMadeOnceAndForItsOwnerOnly(@TempDir Path directory) throws Exception {
    Token made = Token.loadOrCreate(directory, new SecureRandom());
    Path file = directory.resolve("token");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Token.loadOrCreate(directory, new SecureRandom()).asHeader())
        .isEqualTo(made.asHeader());
    assertThat(made.asHeader()).isEqualTo("Bearer " + Files.readString(file).strip());
    assertThat(made.toString()).doesNotContain(Files.readString(file).strip());
    assertThat(made.isCarriedBy("bearer " + Files.readString(file).strip())).isTrue();
    assertThat(made.isCarriedBy(null)).isFalse();
    Files.writeString(file, "");
    assertThatThrownBy(() -> Token.loadOrCreate(directory, new SecureRandom()))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SECRET_UNAVAILABLE));
  }
}
