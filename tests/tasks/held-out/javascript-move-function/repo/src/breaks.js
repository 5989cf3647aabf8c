// Breaks between two entries.

import * as time from "./time.js";

// Returns a text for a break, for example "break of 0:15".
export function describeBreak(duration) {
  const seconds = time.parseDuration(duration);
  return seconds < time.MINUTE ? "no break" : `break of ${time.formatTime(seconds)}`;
}
