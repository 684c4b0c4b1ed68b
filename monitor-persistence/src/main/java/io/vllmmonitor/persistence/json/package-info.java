/**
 * Files of JSON lines, safely: each line with a checksum, files that grow line by line and are cut
 * back when a write fails, files that are replaced as a whole, the mark of the last acknowledged
 * line. The stores hand in lines, what was written and synchronised flows out. Start at {@link
 * io.vllmmonitor.persistence.json.CheckedLine}.
 */
@NullMarked
package io.vllmmonitor.persistence.json;

import org.jspecify.annotations.NullMarked;
