package io.vllmmonitor.persistence.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskReserveTest {
  private static final long SIZE = 3 << 20;

  @TempDir Path folder;
  private long room = 10 * SIZE;

  private DiskReserve reserve(long size) {
    DiskReserve reserve = new DiskReserve(folder, size, () -> room);
    reserve.prepare();
    return reserve;
  }

  private Path file() {
    return folder.resolve("reserve");
  }

  private static MonitorException full() {
    return new MonitorException(ErrorCode.STORE_FULL, Blame.ENVIRONMENT, "full");
  }

  @Test
  void aFullDiskGetsTheReserveOnceAndItIsMadeAgainWhenThereIsRoom() {
    DiskReserve reserve = reserve(SIZE);
    assertThat(file()).hasSize(SIZE);
    List<String> tries = new ArrayList<>();

    String stored =
        ReservingRecordStore.withReserve(
            reserve,
            () -> {
              tries.add("try");
              if (tries.size() == 1) {
                throw full();
              }
              return "stored";
            });

    assertThat(stored).isEqualTo("stored");
    assertThat(file()).doesNotExist();
    room = SIZE;
    assertThat(reserve.isInUse()).isTrue();
    assertThatThrownBy(
            () ->
                ReservingRecordStore.withReserve(
                    reserve,
                    () -> {
                      throw full();
                    }))
        .as("it is there once")
        .isInstanceOf(MonitorException.class);
    room = 2 * SIZE;
    assertThat(reserve.isInUse()).isFalse();
    assertThat(file()).hasSize(SIZE);
  }

  @Test
  void otherFailuresDoNotTouchIt() {
    DiskReserve reserve = reserve(SIZE);

    assertThatThrownBy(
            () ->
                ReservingRecordStore.withReserve(
                    reserve,
                    () -> {
                      throw new MonitorException(ErrorCode.STORE_IO, Blame.ENVIRONMENT, "broken");
                    }))
        .isInstanceOf(MonitorException.class);
    assertThat(file()).hasSize(SIZE);
    assertThat(reserve.isInUse()).isFalse();
  }

  @Test
  void aDiskWithoutRoomAtTheStartCountsAsFullUntilThereIsSome() {
    room = SIZE;
    DiskReserve reserve = reserve(SIZE);

    assertThat(file()).doesNotExist();
    assertThat(reserve.isInUse()).isTrue();
    room = 4 * SIZE;
    assertThat(reserve.isInUse()).isFalse();
    assertThat(file()).hasSize(SIZE);
  }

  @Test
  void noReserveIsWantedWithASizeOfZero() {
    room = 0;
    DiskReserve reserve = reserve(0);

    assertThat(file()).doesNotExist();
    assertThat(reserve.isInUse()).isFalse();
    assertThat(reserve.release()).isFalse();
  }
}
