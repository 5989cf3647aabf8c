// Times of day, in seconds.

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;

const twoDigits = (number) => String(number).padStart(2, "0");

// Returns seconds as hours and minutes, such as "1:30".
export function formatTime(seconds) {
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  return `${Math.floor(seconds / HOUR)}:${twoDigits(minutes)}`;
}
