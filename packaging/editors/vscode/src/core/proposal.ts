/** An edit that is proposed and not yet accepted. */

import { carryOver, replaced, replacementOf, type Replacement } from "./change.ts";

/** The text that was sent, and the one that came back, with the same ends of lines. */
export class Proposal {
  readonly before: string;
  readonly after: string;
  readonly instruction: string;

  constructor(before: string, after: string, instruction: string) {
    this.before = before;
    this.after = after;
    this.instruction = instruction;
  }

  get changed(): boolean {
    return this.before !== this.after;
  }

  /** The replacement for the text as it is now; undefined when a person changed the same place. */
  forText(now: string): Replacement | undefined {
    return carryOver(replacementOf(this.before, this.after), this.before, now);
  }

  /** What the text of now would become; the proposal itself when that cannot be said. */
  previewOf(now: string): string {
    const wanted = this.forText(now);
    return wanted === undefined ? this.after : replaced(now, wanted);
  }
}
