/** Lines of JSON in a stream of bytes: bounded, and a broken one is no reason to end. */

export const MOST_LINE_BYTES = 64 * 1024 * 1024;

export type Fields = Readonly<Record<string, unknown>>;

/** Collects pieces of a stream and tells of every line that holds an object. */
export class LineReader {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private dropping = false;
  private readonly tell: (fields: Fields) => void;
  private readonly complain: (problem: string) => void;
  private readonly mostBytes: number;

  constructor(
    tell: (fields: Fields) => void,
    complain: (problem: string) => void,
    mostBytes = MOST_LINE_BYTES,
  ) {
    this.tell = tell;
    this.complain = complain;
    this.mostBytes = mostBytes;
  }

  /** Take the next piece, however it is cut. */
  take(piece: Buffer): void {
    let start = 0;
    for (;;) {
      const end = piece.indexOf(0x0a, start);
      if (end < 0) {
        this.keep(piece.subarray(start));
        return;
      }
      this.keep(piece.subarray(start, end));
      this.finish();
      start = end + 1;
    }
  }

  /** The stream is over: what stands behind the last end of a line is a line too. */
  end(): void {
    this.finish();
  }

  private keep(piece: Buffer): void {
    if (this.bytes + piece.length > this.mostBytes) {
      this.dropping = true;
    }
    if (this.dropping) {
      this.pieces = [];
      this.bytes = 0;
    } else if (piece.length > 0) {
      this.pieces.push(piece);
      this.bytes += piece.length;
    }
  }

  private finish(): void {
    const text = Buffer.concat(this.pieces).toString("utf8").trim();
    const dropped = this.dropping;
    this.pieces = [];
    this.bytes = 0;
    this.dropping = false;
    if (dropped) {
      this.complain(`A line of more than ${String(this.mostBytes)} bytes was passed over.`);
    } else if (text !== "") {
      this.read(text);
    }
  }

  private read(text: string): void {
    const fields = readObject(text);
    if (fields === undefined) {
      this.complain(`This line is no JSON object: ${text.slice(0, 200)}`);
    } else {
      this.tell(fields);
    }
  }
}

/** One JSON object, undefined for anything else. */
export function readObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Whether a value is an object with fields. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that is a text, "" for anything else. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** A field that is a number, 0 for anything else. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" ? value : 0;
}
