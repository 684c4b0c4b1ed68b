package io.vllmmonitor.daemon.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The secret that every mutation has to bring. Immutable; never printed. */
public final class Token {
  /** The name of its file in the data directory. */
  public static final String FILE_NAME = "token";

  private static final int RANDOM_BYTES = 32;
  private static final int SHORTEST = 16;
  private static final String SCHEME = "Bearer ";

  private final String secret;

  private Token(String secret) {
    this.secret = secret;
  }

  /** A token with this content; surrounding space is ignored. */
  public static Token of(String secret) {
    String trimmed = secret.strip();
    if (trimmed.length() < SHORTEST) {
      throw new MonitorException(
          ErrorCode.SECRET_UNAVAILABLE,
          Blame.OPERATOR,
          "The token has "
              + trimmed.length()
              + " characters, expected at least "
              + SHORTEST
              + "; delete its file and start the daemon again, which makes a new one");
    }
    return new Token(trimmed);
  }

  /**
   * The token of a data directory; made, readable by its owner only, where there is none.
   *
   * @throws MonitorException SECRET_UNAVAILABLE when the file cannot be read or written
   */
  public static Token loadOrCreate(Path dataDirectory, SecureRandom random) {
    Path file = dataDirectory.resolve(FILE_NAME);
    try {
      if (!Files.exists(file)) {
        create(file, random);
      }
      return of(Files.readString(file, UTF_8));
    } catch (IOException | UncheckedIOException e) {
      throw new MonitorException(
          ErrorCode.SECRET_UNAVAILABLE,
          Blame.ENVIRONMENT,
          "The token file " + file + " can neither be read nor made: " + e.getMessage(),
          e);
    }
  }

  private static void create(Path file, SecureRandom random) throws IOException {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Path beside = file.resolveSibling(FILE_NAME + ".new");
    Files.deleteIfExists(beside);
    try (FileChannel channel =
        FileChannel.open(
            beside,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer content = UTF_8.encode(secret + "\n");
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true); // a power cut must not leave an empty token, which ends every start
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The value of an {@code Authorization} header that carries this token. */
  public String asHeader() {
    return SCHEME + secret;
  }

  /** Whether this {@code Authorization} header carries the token; takes the same time for any. */
  boolean isCarriedBy(@Nullable String header) {
    String given =
        header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? header.substring(SCHEME.length()).strip()
            : "";
    return MessageDigest.isEqual(given.getBytes(UTF_8), secret.getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "Token[hidden]";
  }
}
