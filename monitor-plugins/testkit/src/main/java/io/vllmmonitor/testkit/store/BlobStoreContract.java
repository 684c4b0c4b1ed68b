package io.vllmmonitor.testkit.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.api.store.Capability;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every blob store promises. A store's test extends this and says how the store is opened;
 * JUnit runs the tests.
 */
public abstract class BlobStoreContract {
  private static final String HASH_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private BlobStore store;

  /**
   * Opens the store. The first call of a test opens an empty one; a later call, made after closing,
   * opens what a durable store kept.
   */
  protected abstract BlobStore open() throws Exception;

  /** Closes whatever {@link #open} opened besides the store; called after each close. */
  protected void afterClose() throws Exception {}

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() throws Exception {
    store.close();
    afterClose();
  }

  private void reopen() throws Exception {
    assumeThat(store.capabilities()).contains(Capability.DURABLE);
    closeStore();
    store = open();
  }

  private static void assertCode(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(MonitorException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void theNameIsTheHashInLowerCaseHex() {
    assertThat(store.put("abc".getBytes(UTF_8))).isEqualTo(HASH_OF_ABC);
    assertThat(store.get(HASH_OF_ABC)).isEqualTo("abc".getBytes(UTF_8));
  }

  @Test
  void puttingTheSameBytesAgainIsANoOp() {
    store.put("abc".getBytes(UTF_8));
    assertThat(store.put("abc".getBytes(UTF_8))).isEqualTo(HASH_OF_ABC);
    assertThat(store.get(HASH_OF_ABC)).isEqualTo("abc".getBytes(UTF_8));
  }

  @Test
  void bytesOfEverySizeComeBackAndSurviveReopening() throws Exception {
    Random random = new Random(7);
    int[] sizes = {0, 1, 4096, 3_000_000};
    byte[][] blobs = new byte[sizes.length][];
    String[] hashes = new String[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      blobs[i] = new byte[sizes[i]];
      random.nextBytes(blobs[i]);
      hashes[i] = store.put(blobs[i]);
      assertThat(store.get(hashes[i])).isEqualTo(blobs[i]);
    }
    reopen();
    for (int i = 0; i < sizes.length; i++) {
      assertThat(store.contains(hashes[i])).isTrue();
      assertThat(store.get(hashes[i])).isEqualTo(blobs[i]);
    }
  }

  @Test
  void whatWasPutNeverChanges() {
    byte[] bytes = "abc".getBytes(UTF_8);
    store.put(bytes);
    bytes[0] = 'x';
    store.get(HASH_OF_ABC)[1] = 'y';
    assertThat(store.get(HASH_OF_ABC)).isEqualTo("abc".getBytes(UTF_8));
  }

  @Test
  void aMissingBlobIsACodedError() {
    assertThat(store.contains(HASH_OF_ABC)).isFalse();
    assertCode(ErrorCode.BLOB_NOT_FOUND, () -> store.get(HASH_OF_ABC));
    assertCode(ErrorCode.BLOB_NOT_FOUND, () -> store.get("no hash"));
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();
    store.close();
    assertCode(ErrorCode.STORE_CLOSED, () -> store.put(new byte[1]));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.get(HASH_OF_ABC));
    assertCode(ErrorCode.STORE_CLOSED, () -> store.contains(HASH_OF_ABC));
  }
}
