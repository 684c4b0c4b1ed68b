package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_SIGNATURE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.core.identity.ContentHash;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key that an author signs jars with: a file of two PEM blocks, the private key (PKCS #8) and
 * the public one (X.509), for the command line. Immutable, thread-safe.
 */
public final class SigningKey {
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final long LARGEST_FILE = 64 << 10;
  private static final long LARGEST_JAR = 64L << 20;

  private final PrivateKey secret;
  private final String publicKey;

  private SigningKey(PrivateKey secret, String publicKey) {
    this.secret = secret;
    this.publicKey = publicKey;
  }

  /**
   * Makes a new key and writes it, readable for its owner alone. An existing file is left as it is.
   *
   * @throws MonitorException PLUGIN_SIGNATURE where the file exists or cannot be written
   */
  public static SigningKey create(Path file) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance(JarSignature.ALGORITHM).generateKeyPair();
      String text =
          pem(PRIVATE, pair.getPrivate().getEncoded()) + pem(PUBLIC, pair.getPublic().getEncoded());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text, US_ASCII, StandardOpenOption.TRUNCATE_EXISTING);
      return new SigningKey(
          pair.getPrivate(), Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
    } catch (FileAlreadyExistsException e) {
      throw wrong(file + " exists already; name a new file for the key", e);
    } catch (NoSuchFileException e) {
      throw wrong("The folder of " + file + " is not there; make it, or name another file", e);
    } catch (IOException e) {
      throw wrong("The key cannot be written to " + file + ": " + e, e);
    } catch (GeneralSecurityException e) {
      throw wrong("This Java cannot make Ed25519 keys: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a key that {@link #create} wrote.
   *
   * @throws MonitorException PLUGIN_SIGNATURE where it is none
   */
  public static SigningKey read(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw wrong(file + " is too large for a key", null);
      }
      String text = Files.readString(file, US_ASCII);
      PrivateKey secret =
          KeyFactory.getInstance(JarSignature.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(block(text, PRIVATE, file)));
      return new SigningKey(secret, Base64.getEncoder().encodeToString(block(text, PUBLIC, file)));
    } catch (NoSuchFileException e) {
      throw wrong(
          "There is no key "
              + file
              + "; 'vllm-monitor plugin keygen "
              + file
              + "' makes one, once for all your jars",
          e);
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("The key " + file + " cannot be read: " + e, e);
    } catch (GeneralSecurityException e) {
      throw wrong(file + " holds no Ed25519 key: " + e.getMessage(), e);
    }
  }

  /**
   * Signs a jar: writes {@code NAME.jar.sig} beside it, in place of an older one.
   *
   * @return the file that was written
   * @throws MonitorException PLUGIN_SIGNATURE where the jar cannot be read, the file cannot be
   *     written, or the two halves of the key do not belong together
   */
  public Path sign(Path jar) {
    try {
      if (Files.size(jar) > LARGEST_JAR) {
        throw wrong(
            jar + " has more than " + (LARGEST_JAR >> 20) + " MiB; no daemon takes it", null);
      }
      String hash = ContentHash.of(Files.readAllBytes(jar));
      Signature signer = Signature.getInstance(JarSignature.ALGORITHM);
      signer.initSign(secret);
      signer.update(HexFormat.of().parseHex(hash));
      JarSignature signature =
          new JarSignature(publicKey, Base64.getEncoder().encodeToString(signer.sign()));
      if (!signature.isOf(hash)) {
        throw wrong("The private and the public half of the key do not belong together", null);
      }
      String name = requireNonNull(jar.getFileName(), "a jar has a name") + JarSignature.SUFFIX;
      Path half = jar.resolveSibling("." + name + ".tmp");
      Files.writeString(half, signature.text(), US_ASCII);
      return Files.move(half, jar.resolveSibling(name), StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException e) {
      throw wrong("There is no jar " + jar + " to sign; build it first, or name another file", e);
    } catch (IOException e) {
      throw wrong("Plugin jar " + jar + " cannot be signed: " + e, e);
    } catch (GeneralSecurityException e) {
      throw wrong("The key cannot sign: " + e.getMessage(), e);
    }
  }

  /** The key in the short form that people compare. */
  public String fingerprint() {
    return JarSignature.fingerprint(publicKey);
  }

  private static String pem(String kind, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
  }

  private static byte[] block(String text, String kind, Path file) {
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(kind)) {
        return Base64.getMimeDecoder().decode(block.group(2));
      }
    }
    throw wrong(
        file + " has no block '" + kind + "'; make a key with 'vllm-monitor plugin keygen'", null);
  }

  private static MonitorException wrong(String message, @Nullable Exception cause) {
    return new MonitorException(PLUGIN_SIGNATURE, Blame.OPERATOR, message, cause);
  }
}
