/** Runs a command of inhouse while a person watches and may cancel. */

import * as vscode from "vscode";
import { absence, findCommand } from "../core/command.ts";
import { runJob, type Outcome } from "../core/job.ts";
import { messageOf } from "../core/words.ts";
import { signalOf } from "./inline.ts";
import { commandSettings } from "./settings.ts";

const SHOW_LOG = "Show Log";

/** What to run, and where. */
export interface Errand {
  readonly title: string;
  readonly folder: string;
  readonly words: readonly string[];
  readonly input?: string;
  readonly heard?: (piece: Buffer) => void;
}

/** Runs errands, and logs what the command says. */
export class Errands implements vscode.Disposable {
  private readonly log: vscode.LogOutputChannel;
  private readonly open = new Set<AbortController>();

  constructor(log: vscode.LogOutputChannel) {
    this.log = log;
  }

  /** Run it; undefined when it was cancelled or failed, which is said. */
  async run(errand: Errand): Promise<Outcome | undefined> {
    const settings = commandSettings();
    const command = findCommand(settings.command);
    if (command === undefined) {
      this.complain(absence(settings.command));
      return undefined;
    }
    this.log.info(`running ${command} ${errand.words.slice(0, 2).join(" ")}`);
    const outcome = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `inhouse: ${messageOf(errand.title)}`,
        cancellable: true,
      },
      async (_progress, token) => {
        const cancelled = signalOf(token);
        const ending = new AbortController();
        this.open.add(ending);
        try {
          return await runJob({
            program: { command, words: errand.words, folder: errand.folder },
            ...(errand.input === undefined ? {} : { input: errand.input }),
            ...(errand.heard === undefined ? {} : { heard: errand.heard }),
            signal: AbortSignal.any([cancelled.signal, ending.signal]),
            log: (line) => {
              this.log.info(line);
            },
          });
        } finally {
          this.open.delete(ending);
          cancelled.dispose();
        }
      },
    );
    if (outcome.cancelled) {
      return undefined;
    }
    if (outcome.problem !== "") {
      this.complain(outcome.problem);
      return undefined;
    }
    return outcome;
  }

  /** The editor is closed: nothing goes on for nobody. */
  dispose(): void {
    this.open.forEach((one) => {
      one.abort();
    });
  }

  /** Say what went wrong, with a way to the log. It does not wait for the person. */
  complain(problem: string): void {
    this.log.error(problem);
    const asked = vscode.window.showErrorMessage(`inhouse: ${messageOf(problem)}`, SHOW_LOG);
    void asked.then((choice) => {
      if (choice === SHOW_LOG) {
        this.log.show();
      }
    });
  }
}
