package io.vllmmonitor.persistence.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.store.RecordKind;
import io.vllmmonitor.persistence.disk.Hashes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives from strangers: each has its exact code, and nothing is changed. */
class HostileArchiveTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DAY = "samples/2026-11-25.jsonl";
  private static final String LINE =
      "{\"name\":\"x\",\"labels\":{},\"at\":[1795608000000],\"values\":[1]}\n";

  @TempDir private Path folder;
  private Path archive = Path.of("");
  private Path victimData = Path.of("");

  @BeforeEach
  void export() throws Exception {
    archive = folder.resolve("archive");
    victimData = folder.resolve("victim");
    new TestStores(folder.resolve("source")).fill(1).export(archive);
  }

  private void assertRefused(ErrorCode code, String message) throws Exception {
    for (ImportMode mode : ImportMode.values()) {
      TestStores victim = new TestStores(victimData);
      assertThatThrownBy(() -> victim.run(archive, mode, false))
          .isInstanceOfSatisfying(
              MonitorException.class,
              e -> {
                assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
                assertThat(e.getMessage()).contains(message).doesNotContain("\u001b");
              });
      assertThat(victim.series.statistics().samples()).isZero();
      assertThat(victim.blobs.hashes()).isEmpty();
      assertThat(victim.records.count(RecordKind.INCIDENTS)).isZero();
      assertThat(victim.data).isEmptyDirectory();
    }
  }

  private ObjectNode manifest() throws IOException {
    return (ObjectNode) JSON.readTree(Files.readAllBytes(archive.resolve("manifest.json")));
  }

  private void write(ObjectNode manifest) throws IOException {
    Files.writeString(archive.resolve("manifest.json"), manifest.toString());
  }

  /** Puts a file into the archive and its manifest, with the right hash. */
  private void plant(String path, byte[] content, long inflated, long rows) throws IOException {
    Path file = archive.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    ObjectNode manifest = manifest();
    ArrayNode files = (ArrayNode) manifest.get("files");
    ObjectNode entry = JSON.createObjectNode();
    entry.put("path", path).put("rows", rows).put("bytes", content.length);
    entry.put("inflated_bytes", inflated).put("sha256", Hashes.sha256(content));
    Map<String, ObjectNode> sorted = new TreeMap<>();
    files.forEach(node -> sorted.put(node.get("path").asText(), (ObjectNode) node));
    sorted.put(path, entry);
    files.removeAll();
    sorted.values().forEach(files::add);
    write(manifest);
  }

  private void plant(String path, String content, long rows) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    plant(path, bytes, bytes.length, rows);
  }

  @Test
  void pathsThatLeadOutOfTheArchive() throws Exception {
    for (String path :
        new String[] {
          "../evil", "/etc/passwd", "records/../../evil.jsonl", "blobs/../manifest.json",
          "records\\incidents.jsonl", "records/inci\u001bdents.jsonl", "", "samples/x.jsonl"
        }) {
      ObjectNode manifest = manifest();
      ((ObjectNode) manifest.get("files").get(0)).put("path", path);
      write(manifest);
      assertRefused(ErrorCode.ARCHIVE_INVALID, "the path");
    }
  }

  @Test
  void linksAndSpecialFiles() throws Exception {
    Path incidents = archive.resolve("records/incidents.jsonl");
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(incidents, elsewhere);
    Files.createSymbolicLink(incidents, elsewhere);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "is a link or a special file");
    Files.delete(incidents);
    Files.createDirectory(incidents);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "is a link or a special file");
    Files.delete(incidents);
    Files.move(archive.resolve("records"), folder.resolve("records"));
    Files.createSymbolicLink(archive.resolve("records"), folder.resolve("records"));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "is a link or a special file");
  }

  @Test
  void aManifestThatIsALink() throws Exception {
    Files.move(archive.resolve("manifest.json"), folder.resolve("m"));
    Files.createSymbolicLink(archive.resolve("manifest.json"), folder.resolve("m"));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "is a link or a special file");
  }

  @Test
  void filesThatAreMissingOrTooMany() throws Exception {
    Files.writeString(archive.resolve("records/extra.jsonl"), "x");
    assertRefused(ErrorCode.ARCHIVE_INVALID, "extra.jsonl");
    Files.delete(archive.resolve("records/extra.jsonl"));
    Files.delete(archive.resolve("records/incidents.jsonl"));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "records/incidents.jsonl is missing");
  }

  @Test
  void everyFlippedBitAndEveryCutIsNoticed() throws Exception {
    long seed = 7;
    Random random = new Random(seed);
    for (String name : TestStores.bytes(archive).keySet()) {
      Path file = archive.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < 10 && !name.equals("manifest.json"); i++) {
        byte[] flipped = whole.clone();
        flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, flipped);
        assertRefused(ErrorCode.ARCHIVE_HASH_DIFFERS, name);
        Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length)));
        assertRefused(ErrorCode.ARCHIVE_HASH_DIFFERS, name);
      }
      Files.write(file, whole);
    }
    byte[] manifest = Files.readAllBytes(archive.resolve("manifest.json"));
    Files.write(archive.resolve("manifest.json"), Arrays.copyOf(manifest, manifest.length / 2));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "no JSON");
  }

  @Test
  void aNewerFormatAndAnotherFormat() throws Exception {
    ObjectNode manifest = manifest();
    write(manifest.deepCopy().put("format_version", 2).put("what_comes", "later"));
    assertRefused(ErrorCode.ARCHIVE_NEWER, "format version 2");
    write(manifest.deepCopy().put("format_version", 0));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "format version 0");
    write(manifest.deepCopy().put("format", "zip"));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "format 'zip'");
    write(manifest.deepCopy().put("more", 1));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "keys");
    Files.writeString(archive.resolve("manifest.json"), "{\"format\":\"a\",\"format\":\"b\"}");
    assertRefused(ErrorCode.ARCHIVE_INVALID, "no JSON");
    Files.writeString(archive.resolve("manifest.json"), "[".repeat(100_000));
    assertRefused(ErrorCode.ARCHIVE_INVALID, "no JSON");
    Files.write(archive.resolve("manifest.json"), new byte[17 << 20]);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "manifest.json");
  }

  @Test
  void aFileNamedTwiceOrOutOfOrder() throws Exception {
    ObjectNode manifest = manifest();
    ArrayNode files = (ArrayNode) manifest.get("files");
    files.add(files.get(0).deepCopy());
    write(manifest);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "every file once");
  }

  @Test
  void bombs() throws Exception {
    byte[] zeros = zeros(64 << 20);
    plant(DAY + ".zst", zeros, 1_000, 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "inflates to");
    plant(DAY + ".zst", zeros, 64L << 20, 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "");
    plant("blobs/" + "a".repeat(64) + ".zst", zeros, 64L << 20, 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "inflates to");
    plant("blobs/" + "a".repeat(64) + ".zst", zeros, 1L << 60, 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "inflated");
  }

  private static byte[] zeros(int count) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZstdOutputStreamNoFinalizer out = new ZstdOutputStreamNoFinalizer(bytes, 19)) {
      byte[] some = new byte[1 << 20];
      for (int written = 0; written < count; written += some.length) {
        out.write(some);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void aLineWithoutAnEnd() throws Exception {
    StringBuilder line = new StringBuilder("{\"name\":\"");
    Random random = new Random(3);
    while (line.length() < 33 << 20) {
      line.append(Long.toString(random.nextLong(), 36));
    }
    plant(DAY, line.append("\"}\n").toString(), 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "line 1");
  }

  @Test
  void moreFilesThanAreAccepted() throws Exception {
    ObjectNode manifest = manifest();
    ArrayNode files = (ArrayNode) manifest.get("files");
    files.removeAll();
    for (int i = 0; i < 50_000; i++) {
      files
          .addObject()
          .put("path", "blobs/" + String.format("%064x", i))
          .put("rows", 1)
          .put("bytes", 1)
          .put("inflated_bytes", 1)
          .put("sha256", "0".repeat(64));
    }
    write(manifest);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "50001 files");
  }

  @Test
  void rowsThatAreNotWhatAnExportWrites() throws Exception {
    Files.delete(archive.resolve(DAY + ".zst"));
    ObjectNode manifest = manifest();
    ArrayNode files = (ArrayNode) manifest.get("files");
    for (int i = files.size() - 1; i >= 0; i--) {
      if (files.get(i).get("path").asText().startsWith(DAY)) {
        files.remove(i);
      }
    }
    write(manifest);
    plant(DAY, LINE, 1);
    assertThat(new TestStores(folder.resolve("sound")).merge(archive).differences()).isZero();
    String at = "1795608000000";
    for (String line :
        new String[] {
          "",
          "{}\n",
          "[]\n",
          LINE.strip(),
          LINE + LINE,
          LINE.replace("\"labels\"", "\"name\""),
          LINE.replace(at, "1795694400000"),
          LINE.replace(at, at + "," + at),
          LINE.replace(at, at + ",1795608600000").replace("[1]", "[1,2]"),
          LINE.replace("[1]", "[]"),
          LINE.replace("[1]", "[1,2]"),
          LINE.replace("[1]", "[1e400]"),
          LINE.replace("[1]", "[1.0]"),
          LINE.replace("[1]", "[null]"),
          LINE.replace("[1]", "[\"1f\"]"),
          LINE.replace("[1]", "[\"bits:3ff0000000000000\"]"),
          LINE.replace("{}", "{\"a\":\"1\",\"a\":\"2\"}"),
          LINE.replace("{}", "{\"a\":\"\"}"),
          LINE.replace("\n", "{}\n"),
          LINE.replace("}\n", ",\"more\":1}\n"),
          LINE.replace("\"labels\":{}", "\"labels\":" + "[".repeat(2_000))
        }) {
      plant(DAY, line, 1);
      assertRefused(ErrorCode.ARCHIVE_INVALID, DAY);
    }
    plant(DAY, LINE, 2);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "has 1 rows");
    byte[] latin = LINE.replace("\"x\"", "\"\u00e9\"").getBytes(ISO_8859_1);
    plant(DAY, latin, latin.length, 1);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "UTF-8");
    byte[] packed = Zstd.compress(LINE.getBytes(UTF_8));
    Files.delete(archive.resolve(DAY));
    ObjectNode without = manifest();
    ((ArrayNode) without.get("files")).remove(without.get("files").size() - 1);
    write(without);
    plant(DAY + ".zst", Arrays.copyOf(packed, packed.length - 3), LINE.length(), 1);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "malformed");
  }

  @Test
  void recordsThatWouldSpoilTheStore() throws Exception {
    String path = "records/incidents.jsonl";
    String row =
        "{\"id\":\"a\",\"at\":\"2026-11-25T12:00:00.000Z\",\"columns\":{},\"entity\":{}}\n";
    for (String line :
        new String[] {
          row,
          row.replace("{}}", "{\"a\":1,\"a\":2}}"),
          row.replace("\"id\":\"a\"", "\"id\":1"),
          row.replace("12:00:00.000Z", "12:00:00Z"),
          row.replace("\"columns\":{}", "\"columns\":{\"evil\":\"x\"}"),
          row.replace("\"entity\":{}", "\"text\":\"no json\""),
          row.replace("}}", "},\"entity\":{}}"),
          row.replace("\"entity\"", "\"what\"")
        }) {
      plant(path, line, 1);
      assertRefused(ErrorCode.ARCHIVE_INVALID, path);
    }
    String audit = row.replace("\"a\"", "\"forged\"");
    plant("records/audit.jsonl", audit, 1);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "");
  }

  @Test
  void aRowThatIsThereTwice() throws Exception {
    Path file = archive.resolve("records/incidents.jsonl");
    String rows = Files.readString(file);
    plant("records/incidents.jsonl", rows + rows, 4);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "twice");
  }

  @Test
  void aBlobThatIsNotWhatItsNameSays() throws Exception {
    plant("blobs/" + "b".repeat(64), "other bytes", 1);
    assertRefused(ErrorCode.ARCHIVE_HASH_DIFFERS, "b".repeat(64));
  }

  @Test
  void aChunkThatClaimsToBeHuge() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(SampleChunks.HEADER);
    bytes.write(new byte[] {0x7f, 0, 0, 0, 1});
    plant("samples/2026-11-26.chunks", bytes.toByteArray(), bytes.size(), 1);
    assertRefused(ErrorCode.ARCHIVE_TOO_LARGE, "chunk");
    bytes.reset();
    bytes.write(SampleChunks.HEADER);
    bytes.write(new byte[] {0, 0, 0, 8, 0x7f, 0, 0, 0, 0, 0, 0, 0});
    plant("samples/2026-11-26.chunks", bytes.toByteArray(), bytes.size(), 1);
    assertRefused(ErrorCode.ARCHIVE_INVALID, "malformed");
  }

  @Test
  void randomBytesInEveryFormNeverEndInAnythingButACodedRefusal() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      String path =
          new String[] {
                "records/incidents.jsonl",
                "records/predictions.csv",
                "samples/2026-11-27.chunks",
                "samples/2026-11-27.csv",
                "samples/2026-11-27.jsonl.zst"
              }
              [i % 5];
      Path copy = folder.resolve("copy-" + i);
      Files.createDirectories(copy);
      ArchiveFile file =
          new ArchiveFile(
              path,
              1,
              noise.length,
              path.endsWith(".zst") ? 100 : noise.length,
              Hashes.sha256(noise));
      Files.createDirectories(copy.resolve(path).getParent());
      Files.write(copy.resolve(path), noise);
      Files.write(
          copy.resolve("manifest.json"), new Manifest("0.1.0", null, null, List.of(file)).print());
      TestStores victim = new TestStores(victimData);
      assertThatThrownBy(() -> victim.merge(copy))
          .as("seed " + seed + " round " + i)
          .isInstanceOfSatisfying(
              MonitorException.class,
              e ->
                  assertThat(e.code())
                      .isIn(ErrorCode.ARCHIVE_INVALID, ErrorCode.ARCHIVE_TOO_LARGE));
    }
  }
}
