/** Processes of the command: started without a shell, ended for certain. */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { commandWord } from "./words.ts";

const PATIENCE_MS = 3_000;
const MOST_COMPLAINTS = 4_000;
const MOST_SAID = 600;
const PREFIX = "inhouse: ";

/** What to start, where. */
export interface Program {
  readonly command: string;
  readonly words: readonly string[];
  readonly folder: string;
}

/** How a process ended: `code` null after a signal; `problem` when it could not be started. */
export interface Ending {
  readonly code: number | null;
  readonly complaints: string;
  readonly problem: string;
}

/** Who hears of what a process writes. */
export interface Listener {
  readonly output: (piece: Buffer) => void;
  readonly complaint: (line: string) => void;
}

/** A process that runs. `ended` always resolves, however it ends. */
export class Running {
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcessWithoutNullStreams;
  private complaints = "";
  private problem = "";
  private over = false;

  constructor(program: Program, listener: Listener) {
    const words = program.words.map(commandWord);
    this.child = spawn(program.command, words, { cwd: program.folder, shell: false });
    this.child.stdout.on("data", listener.output);
    this.listenForComplaints(listener);
    // Whoever writes to a process that has gone is told by its end, not by an exception.
    this.child.stdin.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      const finish = (code: number | null): void => {
        this.over = true;
        resolve({ code, complaints: this.complaints.trim(), problem: this.problem });
      };
      this.child.on("error", (error) => {
        this.problem = error.message;
        if (this.child.pid === undefined) {
          finish(null);
        }
      });
      this.child.on("close", finish);
    });
  }

  /** Write to its standard input. */
  write(text: string): void {
    if (!this.over) {
      this.child.stdin.write(text);
    }
  }

  /** Close its standard input. */
  closeInput(): void {
    this.child.stdin.end();
  }

  /** Interrupt it as Ctrl+C does; what does not listen is killed. */
  interrupt(): void {
    if (this.over) {
      return;
    }
    this.child.kill("SIGINT");
    const killing = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE_MS);
    void this.ended.then(() => {
      clearTimeout(killing);
    });
  }

  private listenForComplaints(listener: Listener): void {
    let rest = "";
    this.child.stderr.setEncoding("utf8");
    this.child.stderr.on("data", (piece: string) => {
      this.complaints = (this.complaints + piece).slice(-MOST_COMPLAINTS);
      const lines = (rest + piece).split("\n");
      rest = (lines.pop() ?? "").slice(-MOST_COMPLAINTS);
      lines.forEach(listener.complaint);
    });
    this.child.stderr.on("end", () => {
      if (rest !== "") {
        listener.complaint(rest);
      }
    });
  }
}

/** What went wrong, in words for a person. */
export function explain(ending: Ending): string {
  if (ending.problem !== "") {
    return `inhouse could not be started: ${ending.problem}`;
  }
  const lines = ending.complaints.split("\n").map((line) => line.trim());
  // An error may have lines below it that say what to do.
  const start = lines.findLastIndex((line) => line.startsWith(PREFIX));
  const said = lines.slice(Math.max(start, 0)).join(" ").trim();
  return said === ""
    ? `inhouse ended with exit code ${String(ending.code)}.`
    : said.replace(PREFIX, "").slice(0, MOST_SAID);
}
