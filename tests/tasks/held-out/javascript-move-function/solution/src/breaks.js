// Breaks between two entries.

import { parseDuration } from "./parse.js";
import * as time from "./time.js";

// Returns a text for a break, for example "break of 0:15".
export function describeBreak(duration) {
  const seconds = parseDuration(duration);
  return seconds < time.MINUTE ? "no break" : `break of ${time.formatTime(seconds)}`;
}
