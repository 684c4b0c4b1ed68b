package io.vllmmonitor.core.folder;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Two drop folders as one. Files of the first keep their names; those of the second carry its name
 * in front, as in {@code extensions/Name.java}, so that two files of one name do not clash. What
 * counts as vanished is decided folder by folder. Confined to one thread at a time.
 */
public final class TwoFolders implements DropFolder {
  private final FolderScanner first;
  private final FolderScanner second;
  private final String prefix;

  /**
   * @param prefix what files of the second carry in front, with its slash
   */
  public TwoFolders(FolderScanner first, FolderScanner second, String prefix) {
    this.first = requireNonNull(first, "first");
    this.second = requireNonNull(second, "second");
    this.prefix = requireNonNull(prefix, "prefix");
  }

  @Override
  public FolderChanges scan(Instant now) {
    FolderChanges left = first.scan(now);
    FolderChanges right = second.scan(now);
    return new FolderChanges(
        joined(left.arrived(), right.arrived(), arrival -> arrival.named(this::prefixed)),
        joined(left.removed(), right.removed(), this::prefixed),
        joined(left.withdrawn(), right.withdrawn(), this::prefixed),
        joined(left.refused(), right.refused(), refusal -> refusal.named(this::prefixed)));
  }

  @Override
  public boolean isSettling() {
    return first.isSettling() || second.isSettling();
  }

  @Override
  public List<String> names() {
    return joined(first.names(), second.names(), this::prefixed);
  }

  @Override
  public void know(String name, String hash) {
    of(name).know(bare(name), hash);
  }

  @Override
  public void expect(String name) {
    of(name).expect(bare(name));
  }

  @Override
  public void forget(String name) {
    of(name).forget(bare(name));
  }

  @Override
  public void reject(String name) {
    of(name).reject(bare(name));
  }

  private FolderScanner of(String name) {
    return name.startsWith(prefix) ? second : first;
  }

  private String bare(String name) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  private String prefixed(String name) {
    return prefix + name;
  }

  private static <T> List<T> joined(List<T> left, List<T> right, Function<T, T> naming) {
    List<T> all = new ArrayList<>(left);
    right.forEach(item -> all.add(naming.apply(item)));
    return all;
  }
}
