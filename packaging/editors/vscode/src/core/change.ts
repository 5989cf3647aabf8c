/** Differences of two texts as one replacement, and how it is carried over to a third. */

/** The characters from `start` to `end` become `text`. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The smallest replacement that makes one text of another. It splits no surrogate pair or CRLF. */
export function replacementOf(before: string, after: string): Replacement {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start += 1;
  }
  while (start > 0 && isInside(before, start)) {
    start -= 1;
  }
  let behind = 0;
  while (
    behind < most - start &&
    before[before.length - 1 - behind] === after[after.length - 1 - behind]
  ) {
    behind += 1;
  }
  while (behind > 0 && isInside(before, before.length - behind)) {
    behind -= 1;
  }
  return {
    start,
    end: before.length - behind,
    text: after.slice(start, after.length - behind),
  };
}

function isInside(text: string, place: number): boolean {
  const left = text.charCodeAt(place - 1);
  const right = text.charCodeAt(place);
  const highSurrogate = left >= 0xd800 && left <= 0xdbff;
  return highSurrogate || (left === 0x0d && right === 0x0a);
}

/**
 * The replacement for a text that a person went on changing meanwhile; undefined when both changed
 * the same place.
 */
export function carryOver(
  wanted: Replacement,
  before: string,
  now: string,
): Replacement | undefined {
  if (before === now) {
    return wanted;
  }
  const typed = replacementOf(before, now);
  if (typed.start === wanted.start && typed.end === wanted.end) {
    return undefined;
  }
  if (typed.start >= wanted.end) {
    return wanted;
  }
  if (typed.end <= wanted.start) {
    const moved = typed.text.length - (typed.end - typed.start);
    return { ...wanted, start: wanted.start + moved, end: wanted.end + moved };
  }
  return undefined;
}

/** A text after a replacement. */
export function replaced(text: string, wanted: Replacement): string {
  return text.slice(0, wanted.start) + wanted.text + text.slice(wanted.end);
}

/** A text with the ends of lines that another one has. */
export function withEndsOf(text: string, crlf: boolean): string {
  const plain = text.replaceAll("\r\n", "\n");
  return crlf ? plain.replaceAll("\n", "\r\n") : plain;
}
