/** One run of a command from beginning to end, with everything it wrote. */

import { explain, Running, type Program } from "./program.ts";

/** The exit code of a run that was interrupted. */
const INTERRUPTED = 130;

/** What came of a run. `problem` is empty when it went well, a sentence for a person when not. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly cancelled: boolean;
  readonly problem: string;
}

/** What a run is given, and who watches it. */
export interface JobWish {
  readonly program: Program;
  readonly input?: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly heard?: (piece: Buffer) => void;
}

/** Run it to its end; the signal interrupts it. */
export async function runJob(wish: JobWish): Promise<Outcome> {
  const pieces: Buffer[] = [];
  const running = new Running(wish.program, {
    output: (piece) => {
      pieces.push(piece);
      wish.heard?.(piece);
    },
    complaint: wish.log,
  });
  const interrupt = (): void => {
    running.interrupt();
  };
  wish.signal.addEventListener("abort", interrupt, { once: true });
  if (wish.signal.aborted) {
    interrupt();
  }
  running.write(wish.input ?? "");
  running.closeInput();
  const ending = await running.ended;
  wish.signal.removeEventListener("abort", interrupt);
  const cancelled = wish.signal.aborted || ending.code === INTERRUPTED;
  return {
    code: ending.code,
    output: Buffer.concat(pieces).toString("utf8"),
    cancelled,
    problem: ending.code === 0 || cancelled ? "" : explain(ending),
  };
}
