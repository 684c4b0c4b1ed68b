package io.vllmmonitor.core.http;

import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Trust in the certificates of one PEM file and in nothing else. */
final class Authorities {
  private Authorities() {}

  static SSLContext trusting(Path pem) {
    Collection<? extends Certificate> certificates = read(pem);
    if (certificates.isEmpty()) {
      throw notPem(pem, null);
    }
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw notPem(pem, e);
    }
  }

  private static Collection<? extends Certificate> read(Path pem) {
    try (InputStream bytes = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(bytes);
    } catch (CertificateException e) {
      throw notPem(pem, e);
    } catch (IOException e) {
      throw new MonitorException(
          ErrorCode.CONFIG_UNREADABLE,
          Blame.OPERATOR,
          "The file of authorities " + pem + " cannot be read; check path and permissions",
          e);
    }
  }

  private static MonitorException notPem(Path pem, @Nullable Throwable cause) {
    return new MonitorException(
        ErrorCode.CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "The file of authorities "
            + pem
            + " holds no usable certificate; expected PEM blocks that begin with"
            + " -----BEGIN CERTIFICATE-----",
        cause);
  }
}
