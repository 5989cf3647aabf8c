// Times of day and durations, in seconds.

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;

const PATTERN = /(\d+)\s*([hms])/g;
const SECONDS = { h: HOUR, m: MINUTE, s: 1 };

const twoDigits = (number) => String(number).padStart(2, "0");

// Returns the seconds of a text such as "1h 30m".
export function parseDuration(text) {
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(PATTERN)) {
    seconds += Number(count) * SECONDS[unit];
  }
  return seconds;
}

// Returns seconds as hours and minutes, such as "1:30".
export function formatTime(seconds) {
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  return `${Math.floor(seconds / HOUR)}:${twoDigits(minutes)}`;
}
