// Durations that people write.

import { HOUR, MINUTE } from "./time.js";

const PATTERN = /(\d+)\s*([hms])/g;
const SECONDS = { h: HOUR, m: MINUTE, s: 1 };

// Returns the seconds of a text such as "1h 30m".
export function parseDuration(text) {
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(PATTERN)) {
    seconds += Number(count) * SECONDS[unit];
  }
  return seconds;
}
