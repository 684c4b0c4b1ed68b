package io.vllmmonitor.daemon.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build. */
public final class ProductVersion {
  private ProductVersion() {}

  /** As in {@code 0.1.0}. */
  public static String get() {
    try (InputStream in = ProductVersion.class.getResourceAsStream("build.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException("The build information of the jar cannot be read", e);
    }
  }
}
