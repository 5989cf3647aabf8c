/** Texts of models, files and commands, made harmless for where they go. */

const MOST_WORD = 100_000;

/** A word of a command line: the system takes no NUL and no word without end. */
export function commandWord(text: string): string {
  return text.replaceAll("\0", "").slice(0, MOST_WORD);
}

/** One line for a notification, in which the editor finds no link to click. */
export function messageOf(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replaceAll("](", "] (")
    .trim();
}
