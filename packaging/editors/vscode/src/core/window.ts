/** What of the buffers goes into a request: parts that stay the same while a person types. */

/** Characters before and after the cursor that are sent at most. */
export const MOST_BEFORE = 48_000;
export const MOST_AFTER = 16_000;
/** The cut moves by so much at once, so that what was read before can be used again. */
const STEP = 16_000;

const MOST_NEIGHBOURS = 8;
const MOST_NEIGHBOUR = 8_000;
const MOST_TOGETHER = 24_000;

/** A buffer as it stands in the editor. */
export interface Buffer {
  readonly file: string;
  readonly text: string;
}

/** The text around a place, cut at ends of lines. */
export function around(text: string, place: number): { prefix: string; suffix: string } {
  return { prefix: cutBefore(text.slice(0, place)), suffix: cutAfter(text.slice(place)) };
}

function cutBefore(prefix: string): string {
  if (prefix.length <= MOST_BEFORE) {
    return prefix;
  }
  const start = Math.ceil((prefix.length - MOST_BEFORE) / STEP) * STEP;
  return prefix.slice(prefix.indexOf("\n", start - 1) + 1 || start);
}

function cutAfter(suffix: string): string {
  if (suffix.length <= MOST_AFTER) {
    return suffix;
  }
  const end = suffix.lastIndexOf("\n", MOST_AFTER - 1) + 1;
  return suffix.slice(0, end || MOST_AFTER);
}

/**
 * The open buffers that help, from the one used longest ago to the newest: what changes least
 * stands first. `recent` is given the other way round, as editors know it.
 */
export function neighbours(recent: readonly Buffer[]): Buffer[] {
  const chosen: Buffer[] = [];
  let room = MOST_TOGETHER;
  for (const buffer of recent) {
    const text = head(buffer.text);
    if (text.trim() === "" || chosen.length === MOST_NEIGHBOURS || text.length > room) {
      continue;
    }
    room -= text.length;
    chosen.push({ file: buffer.file, text });
  }
  return chosen.reverse();
}

/** The beginning of a long text, where imports and signatures stand. */
function head(text: string): string {
  if (text.length <= MOST_NEIGHBOUR) {
    return text;
  }
  return text.slice(0, text.lastIndexOf("\n", MOST_NEIGHBOUR) + 1 || MOST_NEIGHBOUR);
}

/** Names in the order of their last use, the newest first. */
export class Recent {
  private names: string[] = [];

  /** It is being used now. */
  use(name: string): void {
    this.names = [name, ...this.names.filter((one) => one !== name)];
  }

  /** It is gone. */
  forget(name: string): void {
    this.names = this.names.filter((one) => one !== name);
  }

  /** Those of the names that were used, the newest first; the rest behind them. */
  sort(names: readonly string[]): string[] {
    const known = new Set(names);
    const used = this.names.filter((name) => known.has(name));
    return [...used, ...names.filter((name) => !used.includes(name))];
  }
}
