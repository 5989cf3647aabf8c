// What happens one after the other.

import { HOUR, formatTime, parseDuration } from "./time.js";

// Returns when each entry begins: entries are pairs of a name and a duration.
export function agenda(entries, start = 9 * HOUR) {
  let now = start;
  return entries.map(([name, duration]) => {
    const line = `${formatTime(now)} ${name}`;
    now += parseDuration(duration);
    return line;
  });
}
