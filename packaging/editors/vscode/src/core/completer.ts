/** One `inhouse complete` process of one folder: requests, answers, cancelling, restarting. */

import { LineReader, numberOf, textOf, type Fields } from "./lines.ts";
import { explain, Running, type Program } from "./program.ts";

/** What is asked: the fields of a request line without its id. */
export interface CompletionWish {
  readonly prefix: string;
  readonly suffix: string;
  readonly file: string;
  readonly files: readonly (string | { readonly file: string; readonly text: string })[];
  readonly max_tokens: number;
  readonly budget_ms?: number;
  readonly n: number;
}

/** What comes back: different texts, the likeliest first. */
export interface CompletionAnswer {
  readonly candidates: readonly string[];
  readonly cached: number;
  readonly read: number;
  readonly milliseconds: number;
}

/** How it is with the process; a problem has a sentence for a person. */
export type CompleterState =
  | { readonly kind: "resting" | "loading" | "ready" | "working" }
  | { readonly kind: "problem"; readonly text: string };

/** Who hears of the state, and of lines for the log. */
export interface CompleterListener {
  readonly changed: (state: CompleterState) => void;
  readonly log: (line: string) => void;
}

/** Milliseconds: before a process that failed is tried again, and until an unused one is ended. */
export interface CompleterTimes {
  readonly retry: number;
  readonly idle: number;
}

export const USUAL_TIMES: CompleterTimes = { retry: 15_000, idle: 15 * 60_000 };

interface Waiting {
  readonly settle: (answer: CompletionAnswer | undefined) => void;
}

/** Asks one at a time: the newest request ends those before it, as the process does too. */
export class Completer {
  private running: Running | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private failedAt = Number.NEGATIVE_INFINITY;
  private answered = false;
  private resting: NodeJS.Timeout | undefined;
  private current: CompleterState = { kind: "resting" };
  private readonly program: () => Program | string;
  private readonly listener: CompleterListener;
  private readonly times: CompleterTimes;

  /** `program` gives what to start, or a sentence on why it cannot be started. */
  constructor(
    program: () => Program | string,
    listener: CompleterListener,
    times: CompleterTimes = USUAL_TIMES,
  ) {
    this.program = program;
    this.listener = listener;
    this.times = times;
  }

  get state(): CompleterState {
    return this.current;
  }

  /** Whether the process has answered before, so that its model is loaded. */
  get warm(): boolean {
    return this.running !== undefined && this.answered;
  }

  /** The answer; undefined when there is none, or when the signal came first. */
  async complete(
    wish: CompletionWish,
    signal: AbortSignal,
  ): Promise<CompletionAnswer | undefined> {
    const running = signal.aborted ? undefined : this.start();
    if (running === undefined) {
      return undefined;
    }
    this.lastId += 1;
    const id = this.lastId;
    clearTimeout(this.resting);
    return await new Promise((resolve) => {
      const cancel = (): void => {
        running.write(`${JSON.stringify({ cancel: id })}\n`);
        settle(undefined);
      };
      const settle = (answer: CompletionAnswer | undefined): void => {
        signal.removeEventListener("abort", cancel);
        this.waiting.delete(id);
        this.restLater();
        this.showProgress();
        resolve(answer);
      };
      signal.addEventListener("abort", cancel, { once: true });
      this.waiting.set(id, { settle });
      running.write(`${JSON.stringify({ id, ...wish })}\n`);
      this.showProgress();
    });
  }

  /** End the process; the next request starts a new one. */
  stop(): void {
    clearTimeout(this.resting);
    const running = this.running;
    this.running = undefined;
    this.failedAt = Number.NEGATIVE_INFINITY;
    running?.closeInput();
    running?.interrupt();
    this.giveUp();
    this.show({ kind: "resting" });
  }

  private start(): Running | undefined {
    if (this.running !== undefined) {
      return this.running;
    }
    if (Date.now() - this.failedAt < this.times.retry) {
      return undefined;
    }
    const program = this.program();
    if (typeof program === "string") {
      this.fail(program);
      return undefined;
    }
    this.listener.log(`starting ${[program.command, ...program.words].join(" ")}`);
    this.answered = false;
    const lines = new LineReader(
      (fields) => {
        this.hear(fields);
      },
      this.listener.log,
    );
    const running = new Running(program, {
      output: (piece) => {
        lines.take(piece);
      },
      complaint: this.listener.log,
    });
    this.running = running;
    void running.ended.then((ending) => {
      if (this.running === running) {
        this.running = undefined;
        this.fail(explain(ending));
      }
    });
    return running;
  }

  private hear(fields: Fields): void {
    const id = fields["id"];
    const error = textOf(fields, "error");
    if (error !== "") {
      this.listener.log(`completion: ${error}`);
    } else {
      this.answered = true;
    }
    const waiting = typeof id === "number" ? this.waiting.get(id) : undefined;
    waiting?.settle(error === "" ? readAnswer(fields) : undefined);
    if (error !== "") {
      this.show({ kind: "problem", text: error });
    }
  }

  private fail(problem: string): void {
    this.failedAt = Date.now();
    this.listener.log(problem);
    this.giveUp();
    this.show({ kind: "problem", text: problem });
  }

  private giveUp(): void {
    for (const one of [...this.waiting.values()]) {
      one.settle(undefined);
    }
  }

  private restLater(): void {
    clearTimeout(this.resting);
    if (this.running !== undefined && this.waiting.size === 0) {
      this.resting = setTimeout(() => {
        this.stop();
      }, this.times.idle);
      this.resting.unref();
    }
  }

  private showProgress(): void {
    if (this.running === undefined) {
      return;
    }
    if (this.waiting.size > 0) {
      this.show({ kind: this.answered ? "working" : "loading" });
    } else {
      this.show({ kind: this.answered ? "ready" : "loading" });
    }
  }

  private show(state: CompleterState): void {
    this.current = state;
    this.listener.changed(state);
  }
}

/** The fields of an answer; what is no text is left out. */
export function readAnswer(fields: Fields): CompletionAnswer {
  const listed: unknown = fields["candidates"];
  const candidates = (Array.isArray(listed) ? listed : [fields["text"]]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  return {
    candidates: [...new Set(candidates)],
    cached: numberOf(fields, "cached"),
    read: numberOf(fields, "read"),
    milliseconds: numberOf(fields, "ms"),
  };
}
