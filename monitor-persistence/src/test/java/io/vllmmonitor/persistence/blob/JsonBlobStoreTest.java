package io.vllmmonitor.persistence.blob;

import io.vllmmonitor.api.store.BlobStore;
import io.vllmmonitor.testkit.store.BlobStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class JsonBlobStoreTest extends BlobStoreContract {
  @TempDir Path folder;

  @Override
  protected BlobStore open() {
    return JsonBlobStore.open(folder.resolve("blobs"), true);
  }
}
