package io.vllmmonitor.core.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.identity.ContentHash;
import io.vllmmonitor.core.testing.ManualClock;
import io.vllmmonitor.core.testing.MemoryHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustTest {
  private static final Optional<byte[]> NONE = Optional.empty();

  @TempDir Path folder;
  private final MemoryHistory history = new MemoryHistory();
  private SigningKey first;
  private SigningKey second;

  @BeforeEach
  void makeKeys() {
    first = SigningKey.create(folder.resolve("first.key"));
    second = SigningKey.create(folder.resolve("second.key"));
  }

  @Test
  void theFirstKeyIsRememberedAndAnotherNeedsApproval() throws IOException {
    Jar one = new Jar("one");
    Jar two = new Jar("two");
    Trust trust = trust(TrustPolicy.standard());
    assertThat(admit(trust, one, one.signedBy(first))).isEqualTo("signed " + first.fingerprint());
    assertThat(admit(trust, two, two.signedBy(first))).isEqualTo("signed " + first.fingerprint());

    Trust restarted = trust(TrustPolicy.standard());
    Jar three = new Jar("three");
    assertThat(refusal(restarted, three, three.signedBy(second)))
        .contains(second.fingerprint(), first.fingerprint(), "plugin approve acme");
    Approval approval = restarted.approve("acme");
    assertThat(approval)
        .isEqualTo(
            new Approval("acme", "three.jar", three.hash(), "the key " + second.fingerprint()));
    assertThat(admit(restarted, three, three.signedBy(second)))
        .isEqualTo("signed " + second.fingerprint());
    assertThat(
            refusal(
                trust(TrustPolicy.standard()), new Jar("four"), new Jar("four").signedBy(first)))
        .contains("known by the key " + second.fingerprint());
  }

  @Test
  void aKnownPluginWithoutASignatureNeedsApprovalOfThatContent() throws IOException {
    Jar one = new Jar("one");
    Jar bare = new Jar("bare");
    Trust trust = trust(TrustPolicy.standard());
    String unused = admit(trust, one, one.signedBy(first));
    assertThat(refusal(trust, bare, NONE)).contains("has no signature, but plugin acme is known");
    assertThat(trust.approve("acme").detail())
        .isEqualTo("the content with the SHA-256 " + bare.hash());
    assertThat(admit(trust, bare, NONE)).isEqualTo("approved");
    assertThat(refusal(trust, new Jar("other"), NONE)).contains("has no signature");
    // What was signed stays so when its signature is gone.
    assertThat(admit(trust, one, NONE)).isEqualTo("signed " + first.fingerprint());
  }

  @Test
  void unsignedJarsRunWhereTheOperatorAllowsThem() throws IOException {
    Jar jar = new Jar("one");
    assertThat(admit(trust(TrustPolicy.standard()), jar, NONE)).isEqualTo("unsigned");
    Trust strict = trust(new TrustPolicy(false, false, Set.of()));
    assertThat(refusal(strict, jar, NONE)).contains("trust.allow_unsigned is false");
    Approval unused = strict.approve("acme");
    assertThat(admit(strict, jar, NONE)).isEqualTo("approved");
    Trust stricter = trust(new TrustPolicy(true, false, Set.of()));
    assertThat(refusal(stricter, jar, NONE)).contains("trust.require_signature asks for one");
    assertThatThrownBy(() -> stricter.approve("acme"))
        .isInstanceOfSatisfying(
            MonitorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_NOT_FOUND));
    assertThat(admit(trust(new TrustPolicy(true, false, Set.of(jar.hash()))), jar, NONE))
        .isEqualTo("pinned");
  }

  @Test
  void aStoredJarIsJudgedByThePolicyOfToday() throws IOException {
    Jar bare = new Jar("bare");
    Jar signed = new Jar("signed");
    Trust trust = trust(TrustPolicy.standard());
    String unused = admit(trust, bare, NONE);
    Trust strict = trust(new TrustPolicy(true, true, Set.of()));
    assertThatThrownBy(() -> strict.judgeStored(bare.candidate()))
        .hasMessageContaining("require_signature");
    String unused2 = admit(strict, signed, signed.signedBy(first));
    assertThat(strict.judgeStored(signed.candidate()).text())
        .isEqualTo("signed " + first.fingerprint());
    assertThat(strict.level("acme", signed.hash()).orElseThrow().text()).startsWith("signed ");
    assertThat(strict.level("acme", "nothing")).isEmpty();
  }

  @Test
  void aSignatureOfAnotherJarIsWrongAndCannotBeApproved() throws IOException {
    Jar one = new Jar("one");
    Trust trust = trust(TrustPolicy.standard());
    assertThat(refusal(trust, one, new Jar("two").signedBy(first)))
        .contains("is not one of this jar by the key " + first.fingerprint());
    assertThatThrownBy(() -> trust.approve("acme")).hasMessageContaining("No jar of a plugin");
  }

  @Test
  void aWithdrawnFileWaitsForNothing() throws IOException {
    Trust strict = trust(new TrustPolicy(false, false, Set.of()));
    String unused = refusal(strict, new Jar("one"), NONE);
    strict.withdraw("one.jar");
    assertThatThrownBy(() -> strict.approve("acme")).hasMessageContaining("No jar of a plugin");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hello                       | neither key nor signature
          key: AAAA                   | lacks a line
          key: AAAA\\nsignature: AAAA | no Ed25519 public key
          key: !\\nsignature: AAAA    | no Ed25519 public key
          key: A\\nkey: A             | two lines 'key'
          """)
  void aSignatureFileThatCannotBeReadSaysWhy(String text, String told) throws IOException {
    byte[] file = text.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    assertThat(refusal(trust(TrustPolicy.standard()), new Jar("one"), Optional.of(file)))
        .contains("one.jar.sig cannot be used", told);
    assertThat(refusal(trust(TrustPolicy.standard()), new Jar("one"), Optional.of(new byte[5_000])))
        .contains("more than 4096 bytes");
  }

  @Test
  void aRecordThatCannotBeReadIsNotTrusted() throws IOException {
    Jar one = new Jar("one");
    String unused = admit(trust(TrustPolicy.standard()), one, one.signedBy(first));
    history.write(
        entries ->
            entries.state(
                new io.vllmmonitor.api.extension.StateSnapshot(
                    "trust:acme", null, "core", "", 1, ManualClock.START, "{\"key\":")));
    assertThat(refusal(trust(TrustPolicy.standard()), one, NONE)).contains("run 'verify'");
  }

  @Test
  void theHashesOfThePolicyAreReadFromTheConfiguration() {
    String hash = "AB".repeat(32);
    assertThat(
            TrustPolicy.of(Settings.of(Map.of("pinned", hash + " , " + "1".repeat(64)))).pinned())
        .containsExactlyInAnyOrder("ab".repeat(32), "1".repeat(64));
    assertThat(TrustPolicy.of(Settings.empty())).isEqualTo(TrustPolicy.standard());
    assertThatThrownBy(() -> TrustPolicy.of(Settings.of(Map.of("pinned", "abc"))))
        .hasMessageContaining("64 hex digits");
  }

  @Test
  void aKeyIsForItsOwnerAloneAndNeverOverwritten() throws IOException {
    Path key = folder.resolve("first.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(SigningKey.read(key).fingerprint()).isEqualTo(first.fingerprint());
    assertThatThrownBy(() -> SigningKey.create(key)).hasMessageContaining("exists already");
    Path broken = Files.writeString(folder.resolve("broken.key"), "-----BEGIN PRIVATE KEY-----");
    assertThatThrownBy(() -> SigningKey.read(broken)).hasMessageContaining("plugin keygen");
    String halves =
        Files.readString(key).replaceFirst("(?s)-----BEGIN PUBLIC.*", "")
            + Files.readString(folder.resolve("second.key"))
                .replaceFirst("(?s).*(-----BEGIN PUBLIC)", "$1");
    Path mixed = Files.writeString(folder.resolve("mixed.key"), halves);
    Path jar = Files.writeString(folder.resolve("any.jar"), "content");
    assertThatThrownBy(() -> SigningKey.read(mixed).sign(jar))
        .hasMessageContaining("do not belong together");
  }

  private Trust trust(TrustPolicy policy) {
    return new Trust(policy, history, history, new ManualClock());
  }

  private static String admit(Trust trust, Jar jar, Optional<byte[]> signature) {
    TrustLevel level = trust.judge(jar.candidate(), signature);
    trust.remember(jar.candidate(), level, signature);
    return level.text();
  }

  private static String refusal(Trust trust, Jar jar, Optional<byte[]> signature) {
    MonitorException refused =
        catchThrowableOfType(MonitorException.class, () -> trust.judge(jar.candidate(), signature));
    assertThat(refused.code()).isEqualTo(ErrorCode.PLUGIN_SIGNATURE);
    return refused.getMessage();
  }

  /** Some content under a name; what is in it does not matter here. */
  private final class Jar {
    private final Path file;

    Jar(String content) throws IOException {
      file = Files.writeString(folder.resolve(content + ".jar"), content);
    }

    String hash() throws IOException {
      return ContentHash.of(Files.readAllBytes(file));
    }

    Trust.Candidate candidate() {
      try {
        return new Trust.Candidate("acme", hash(), file.getFileName().toString());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    Optional<byte[]> signedBy(SigningKey key) throws IOException {
      Path signature = key.sign(file);
      byte[] bytes = Files.readAllBytes(signature);
      Files.delete(signature);
      return Optional.of(bytes);
    }
  }
}
