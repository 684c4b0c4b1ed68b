package io.vllmmonitor.core.plugin;

import io.vllmmonitor.api.config.SecretReference;
import io.vllmmonitor.api.config.Settings;
import io.vllmmonitor.api.error.Blame;
import io.vllmmonitor.api.error.ErrorCode;
import io.vllmmonitor.api.error.MonitorException;
import io.vllmmonitor.api.plugin.Secrets;
import java.util.function.Function;

/** The secrets that the operator refers to in the section of one unit. Thread-safe. */
final class UnitSecrets implements Secrets {
  private final ServiceScope scope;
  private final Settings operator;
  private final Function<SecretReference, String> reader;

  /**
   * @param operator what the operator wrote; defaults of the code must not be among it
   */
  UnitSecrets(ServiceScope scope, Settings operator, Function<SecretReference, String> reader) {
    this.scope = scope;
    this.operator = operator;
    this.reader = reader;
  }

  @Override
  public String secret(String key) {
    scope.check();
    if (!operator.keys().contains(key)) {
      throw invalid(key, "is not set; expected env:NAME or file:/path");
    }
    SecretReference reference;
    try {
      reference = SecretReference.parse(operator.string(key, "").strip());
    } catch (MonitorException e) {
      throw invalid(
          key, "is no reference to a secret; write env:NAME or file:/path instead of the secret");
    }
    return reader.apply(reference);
  }

  private MonitorException invalid(String key, String what) {
    return new MonitorException(
        ErrorCode.CONFIG_INVALID_VALUE,
        Blame.OPERATOR,
        "Configuration key '" + key + "' of plugin " + scope.unit() + " " + what);
  }
}
