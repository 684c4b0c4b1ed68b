/**
 * Small benchmarks for JMH: parser, codecs, append and queries. In: the synthetic server; out: what
 * JMH prints. Start with {@code .ci/bench jmh}.
 */
@NullMarked
package io.vllmmonitor.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
