package io.vllmmonitor.core.jar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A detached Ed25519 signature as it lies beside a jar, in the file {@code NAME.jar.sig}: one line
 * {@code key: BASE64}, the public key as X.509 has it, and one line {@code signature: BASE64} over
 * the 32 bytes of the jar's SHA-256. Immutable.
 *
 * @param key the public key in Base64
 * @param signature in Base64
 */
record JarSignature(String key, String signature) {
  /** What the name of the file adds to that of the jar. */
  static final String SUFFIX = ".sig";

  static final String ALGORITHM = "Ed25519";
  static final int LARGEST_FILE = 4_096;

  JarSignature {
    requireNonNull(key, "key");
    requireNonNull(signature, "signature");
  }

  /**
   * Reads a file of this form; empty lines and lines that begin with {@code #} count for nothing.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  static JarSignature parse(byte[] file) {
    if (file.length > LARGEST_FILE) {
      throw new IllegalArgumentException("it has more than " + LARGEST_FILE + " bytes");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : new String(file, UTF_8).lines().map(String::trim).toList()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon).trim();
      if (colon < 0 || !Set.of("key", "signature").contains(name)) {
        throw new IllegalArgumentException("it holds a line that is neither key nor signature");
      }
      if (values.put(name, line.substring(colon + 1).trim()) != null) {
        throw new IllegalArgumentException("it holds two lines '" + name + "'");
      }
    }
    String key = values.get("key");
    String signature = values.get("signature");
    if (key == null || signature == null) {
      throw new IllegalArgumentException("it lacks a line 'key: …' or 'signature: …'");
    }
    publicKey(key);
    return new JarSignature(key, signature);
  }

  /** What the file holds. */
  String text() {
    return "key: " + key + "\nsignature: " + signature + "\n";
  }

  /**
   * Whether this key signed a jar.
   *
   * @param hash SHA-256 of the jar in hex
   */
  boolean isOf(String hash) {
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(publicKey(key));
      check.update(HexFormat.of().parseHex(hash));
      return check.verify(Base64.getDecoder().decode(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // a signature that is none is a wrong one
    }
  }

  /** The key in the short form that people compare. */
  String fingerprint() {
    return fingerprint(key);
  }

  /** A public key in Base64 in the short form that people compare: its SHA-256. */
  static String fingerprint(String key) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Base64.getDecoder().decode(key));
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static PublicKey publicKey(String key) {
    try {
      return KeyFactory.getInstance(ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "its key is no Ed25519 public key (X.509 in Base64): " + e.getMessage(), e);
    }
  }
}
