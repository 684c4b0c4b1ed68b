package io.vllmmonitor.core.jar;

import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_NOT_FOUND;
import static io.vllmmonitor.api.error.ErrorCode.PLUGIN_SIGNATURE;
import static java.util.Objects.requireNonNull;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.extension.StateSnapshot;
import io.vllmmonitor.api.history.History;
import io.vllmmonitor.api.history.Recorder;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a dropped jar may run by who vouches for it. The key that first signed a jar of a
 * plugin is remembered in the store; another key, or none, later is refused until the operator
 * approves it. Guarded by the lock of whoever owns it; blocks on the store.
 */
public final class Trust {
  /** The part of the core under which records are kept; no extension has a colon in its id. */
  private static final String EXTENSION = "trust:";

  private static final String CORE = "core";

  private final TrustPolicy policy;
  private final Recorder recorder;
  private final History history;
  private final InstantSource clock;
  private final Map<String, TrustRecord> records = new HashMap<>();
  private final Map<String, Pending> pending = new HashMap<>();

  /** A jar that waits for the operator; by hash where it shows no key. */
  private record Pending(String file, String hash, String key) {}

  /**
   * A jar that asks to run.
   *
   * @param hash SHA-256 of its content
   * @param file its name, for messages
   */
  public record Candidate(String id, String hash, String file) {
    public Candidate {
      requireNonNull(id, "id");
      requireNonNull(hash, "hash");
      requireNonNull(file, "file");
    }
  }

  public Trust(TrustPolicy policy, Recorder recorder, History history, InstantSource clock) {
    this.policy = requireNonNull(policy, "policy");
    this.recorder = requireNonNull(recorder, "recorder");
    this.history = requireNonNull(history, "history");
    this.clock = requireNonNull(clock, "clock");
  }

  /** Whether the configuration lets this content run whatever else holds. */
  public boolean isPinned(String hash) {
    return policy.pinned().contains(hash);
  }

  /**
   * Judges a dropped jar.
   *
   * @param signature the content of the file beside it; empty where there is none
   * @return why it may run
   * @throws MonitorException PLUGIN_SIGNATURE why it may not; a later {@link #approve} may change
   *     that, where the message says so
   */
  public TrustLevel judge(Candidate jar, Optional<byte[]> signature) {
    pending.remove(jar.id());
    if (isPinned(jar.hash())) {
      return TrustLevel.of(TrustLevel.Kind.PINNED);
    }
    TrustRecord record = record(jar.id());
    return signature.isPresent()
        ? judgeSigned(jar, record, parse(jar, signature.get()))
        : judgeUnsigned(jar, record);
  }

  private static JarSignature parse(Candidate jar, byte[] file) {
    JarSignature signature;
    try {
      signature = JarSignature.parse(file);
    } catch (IllegalArgumentException e) {
      throw refused(
          jar, "its signature in " + jar.file() + ".sig cannot be used: " + e.getMessage());
    }
    if (!signature.isOf(jar.hash())) {
      throw refused(
          jar,
          "the signature in "
              + jar.file()
              + ".sig is not one of this jar by the key "
              + signature.fingerprint()
              + "; sign it again, or copy both files again");
    }
    return signature;
  }

  private TrustLevel judgeSigned(Candidate jar, TrustRecord record, JarSignature signature) {
    if (record.key().isEmpty() || record.key().equals(signature.key())) {
      return TrustLevel.signed(signature.fingerprint());
    }
    pending.put(jar.id(), new Pending(jar.file(), jar.hash(), signature.key()));
    throw refused(
        jar,
        "it is signed by the key "
            + signature.fingerprint()
            + ", but plugin "
            + jar.id()
            + " is known by the key "
            + JarSignature.fingerprint(record.key())
            + "; if the author has changed the key, run 'vllm-monitor plugin approve "
            + jar.id()
            + "'");
  }

  private TrustLevel judgeUnsigned(Candidate jar, TrustRecord record) {
    Optional<TrustLevel> before = record.level(jar.hash());
    if (before.isPresent() && isSignedByKnownKey(before.get(), record)) {
      return before.get();
    }
    if (policy.requireSignature()) {
      throw refused(
          jar,
          "it has no signature, and trust.require_signature asks for one in "
              + jar.file()
              + ".sig; the hash in trust.pinned lets it run too");
    }
    if (before.isPresent() && before.get().kind() == TrustLevel.Kind.APPROVED) {
      return before.get();
    }
    if (record.key().isEmpty() && policy.allowUnsigned()) {
      return TrustLevel.of(TrustLevel.Kind.UNSIGNED);
    }
    pending.put(jar.id(), new Pending(jar.file(), jar.hash(), ""));
    throw refused(
        jar,
        (record.key().isEmpty()
                ? "it has no signature, and trust.allow_unsigned is false"
                : "it has no signature, but plugin "
                    + jar.id()
                    + " is known by the key "
                    + JarSignature.fingerprint(record.key()))
            + "; put the signature beside it, or run 'vllm-monitor plugin approve "
            + jar.id()
            + "' for this very content");
  }

  private static boolean isSignedByKnownKey(TrustLevel level, TrustRecord record) {
    return level.kind() == TrustLevel.Kind.SIGNED
        && !record.key().isEmpty()
        && level.fingerprint().equals(JarSignature.fingerprint(record.key()));
  }

  /**
   * Remembers that a jar is let in, and by which key, durably; call before it runs.
   *
   * @param signature as it was given to {@link #judge}
   */
  public void remember(Candidate jar, TrustLevel level, Optional<byte[]> signature) {
    TrustRecord before = record(jar.id());
    TrustRecord after = before.with(jar.hash(), level);
    if (level.kind() == TrustLevel.Kind.SIGNED && signature.isPresent()) {
      after = after.withKey(JarSignature.parse(signature.get()).key());
    }
    if (!after.equals(before)) {
      store(jar.id(), after);
    }
  }

  /**
   * Judges a jar that is to run from the store, where there is no file beside it.
   *
   * @throws MonitorException PLUGIN_SIGNATURE where the policy has become stricter since
   */
  public TrustLevel judgeStored(Candidate jar) {
    Optional<TrustLevel> before = level(jar.id(), jar.hash());
    if (before.isPresent() && before.get().kind() == TrustLevel.Kind.SIGNED) {
      return before.get();
    }
    return judge(jar, Optional.empty());
  }

  /** Why this content was let in; empty where it never was. */
  public Optional<TrustLevel> level(String id, String hash) {
    return isPinned(hash)
        ? Optional.of(TrustLevel.of(TrustLevel.Kind.PINNED))
        : record(id).level(hash);
  }

  /**
   * Lets the jar in that waits for it: its key becomes the one that the plugin is known by, or its
   * very content where it shows none.
   *
   * @throws MonitorException PLUGIN_NOT_FOUND where none of that id waits
   */
  public Approval approve(String id) {
    Pending waits = pending.get(id);
    if (waits == null) {
      throw new MonitorException(
          PLUGIN_NOT_FOUND,
          Blame.OPERATOR,
          "No jar of a plugin '"
              + id
              + "' waits for approval; 'vllm-monitor status' names those that do");
    }
    TrustRecord record = record(id);
    String detail;
    if (waits.key().isEmpty()) {
      store(id, record.with(waits.hash(), TrustLevel.of(TrustLevel.Kind.APPROVED)));
      detail = "the content with the SHA-256 " + waits.hash();
    } else {
      store(id, record.withKey(waits.key()));
      detail = "the key " + JarSignature.fingerprint(waits.key());
    }
    pending.remove(id);
    return new Approval(id, waits.file(), waits.hash(), detail);
  }

  /** Forgets a file that waits; it is gone. */
  public void withdraw(String file) {
    pending.values().removeIf(waits -> waits.file().equals(file));
  }

  private TrustRecord record(String id) {
    TrustRecord known = records.get(id);
    if (known == null) {
      known =
          history
              .state(EXTENSION + id, CORE, null)
              .map(saved -> TrustRecord.parse(id, saved.fields()))
              .orElseGet(TrustRecord::empty);
      records.put(id, known);
    }
    return known;
  }

  private void store(String id, TrustRecord record) {
    StateSnapshot snapshot =
        new StateSnapshot(EXTENSION + id, null, CORE, "", 1, clock.instant(), record.json());
    recorder.write(entries -> entries.state(snapshot));
    records.put(id, record);
  }

  private static MonitorException refused(Candidate jar, String why) {
    return new MonitorException(
        PLUGIN_SIGNATURE, Blame.OPERATOR, "Plugin jar " + jar.file() + " is not run: " + why);
  }
}
