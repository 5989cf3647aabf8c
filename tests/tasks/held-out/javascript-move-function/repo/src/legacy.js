// Durations as version 0.1 wrote them: "1:30" for hours and minutes.

export function parseDuration(text) {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 3600 + minutes * 60;
}
